import { Link } from 'react-router';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatAge, formatShare, shortId } from '../../lib/format';
import { urls } from '../../lib/urls';
import { DataTable } from '../../ui/DataTable';

export const RunLines_run = graphql(`
  fragment RunLines_run on Run {
    id kind state backboneName createdAt bestValidationAccuracy testAccuracy
    datasetVersion { id dataset number }
  }
`);

/** Some runs in short. */
export function RunLines({
  label,
  runs,
}: {
  readonly label: string;
  readonly runs: readonly FragmentOf<typeof RunLines_run>[];
}) {
  return (
    <DataTable
      label={label}
      heads={['Run', 'State', 'Kind', 'Data', 'Backbone', ' Best validation', ' Test', 'Begun']}
      rows={readFragment(RunLines_run, runs).map((run) => ({
        key: run.id,
        cells: [
          <Link key="id" className="mono" to={urls.run(run.id)}>
            {shortId(run.id)}
          </Link>,
          run.state.toLowerCase(),
          run.kind === 'TRANSFER' ? 'transfer' : 'fine-tune',
          `${run.datasetVersion.dataset} version ${run.datasetVersion.number}`,
          run.backboneName,
          run.bestValidationAccuracy === null ? '' : formatShare(run.bestValidationAccuracy),
          run.testAccuracy === null ? '' : formatShare(run.testAccuracy),
          formatAge(run.createdAt),
        ],
      }))}
    />
  );
}
