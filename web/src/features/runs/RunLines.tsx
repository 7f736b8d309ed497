import { Link } from 'react-router';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatAge, formatShare, shortId } from '../../lib/format';
import { KIND_NAMES, stateName } from '../../lib/runs';
import { urls } from '../../lib/urls';
import { DataTable } from '../../ui/DataTable';

export const RunLines_run = graphql(`
  fragment RunLines_run on Run {
    id kind state backboneName createdAt validationAccuracy testAccuracy
    datasetVersion { id dataset number }
  }
`);

/** Runs in brief. */
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
      heads={['Run', 'State', 'Kind', 'Data', 'Backbone', ' Val. accuracy', ' Test accuracy', 'Created']}
      rows={readFragment(RunLines_run, runs).map((run) => ({
        key: run.id,
        cells: [
          <Link key="id" className="mono" to={urls.run(run.id)}>
            {shortId(run.id)}
          </Link>,
          stateName(run.state),
          KIND_NAMES[run.kind],
          `${run.datasetVersion.dataset} version ${run.datasetVersion.number}`,
          run.backboneName,
          run.validationAccuracy === null ? '' : formatShare(run.validationAccuracy),
          run.testAccuracy === null ? '' : formatShare(run.testAccuracy),
          formatAge(run.createdAt),
        ],
      }))}
    />
  );
}
