import { Link } from 'react-router';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatAge, formatBytes, formatCount } from '../../lib/format';
import { urls } from '../../lib/urls';
import { DataTable } from '../../ui/DataTable';

export const DatasetTable_datasets = graphql(`
  fragment DatasetTable_datasets on Dataset {
    id name description createdAt owner { name }
    versions { id number imageCount bytes classes createdAt }
  }
`);

/** Datasets, with the contents of their newest version. */
export function DatasetTable({ datasets }: { readonly datasets: readonly FragmentOf<typeof DatasetTable_datasets>[] }) {
  return (
    <DataTable
      label="Datasets"
      heads={['Dataset', ' Versions', ' Images', ' Classes', ' Size', 'Newest version', 'Owner', 'Description']}
      rows={readFragment(DatasetTable_datasets, datasets).map(({ id, name, description, owner, versions }) => {
        const [newest] = versions;
        return {
          key: id,
          cells: [
            <Link key="name" to={urls.dataset(name)}>
              {name}
            </Link>,
            formatCount(versions.length),
            newest ? formatCount(newest.imageCount) : '',
            newest ? formatCount(newest.classes.length) : '',
            newest ? formatBytes(newest.bytes) : '',
            newest ? (
              <>
                <Link to={urls.datasetVersion(name, newest.number)}>version {newest.number}</Link>,{' '}
                {formatAge(newest.createdAt)}
              </>
            ) : (
              'none'
            ),
            owner?.name,
            description && (
              <span key="description" className="prose">
                {description}
              </span>
            ),
          ],
        };
      })}
    />
  );
}
