import { Link } from 'react-router';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatAge, formatBytes, formatCount } from '../../lib/format';
import { urls } from '../../lib/urls';
import { Copyable } from '../../ui/Copyable';
import { DataTable } from '../../ui/DataTable';

export const VersionTable_versions = graphql(`
  fragment VersionTable_versions on DatasetVersion {
    id number contentHash imageCount bytes classes source createdAt rejectedCount owner { name }
    splits { split images }
  }
`);

/** Versions of a dataset, newest first, each with a link to its changes since the previous one. */
export function VersionTable({
  dataset,
  versions,
}: {
  readonly dataset: string;
  readonly versions: readonly FragmentOf<typeof VersionTable_versions>[];
}) {
  const all = readFragment(VersionTable_versions, versions);
  return (
    <DataTable
      label="Versions"
      heads={[
        'Version',
        ' Images',
        ' Classes',
        ' Train',
        ' Validation',
        ' Test',
        ' Left out',
        ' Size',
        'Created',
        'Owner',
        'Digest',
        'Source',
        'Changes',
      ]}
      rows={all.map((version, i) => {
        const before = all[i + 1];
        const images = (split: string) => formatCount(version.splits.find((each) => each.split === split)?.images ?? 0);
        return {
          key: version.id,
          cells: [
            <Link key="number" to={urls.datasetVersion(dataset, version.number)}>
              version {version.number}
            </Link>,
            formatCount(version.imageCount),
            formatCount(version.classes.length),
            images('TRAIN'),
            images('VALIDATION'),
            images('TEST'),
            formatCount(version.rejectedCount),
            formatBytes(version.bytes),
            formatAge(version.createdAt),
            version.owner?.name,
            <Copyable key="digest" value={version.contentHash} />,
            version.source,
            before && (
              <Link to={urls.datasetDifference(dataset, before.number, version.number)}>
                since version {before.number}
              </Link>
            ),
          ],
        };
      })}
    />
  );
}
