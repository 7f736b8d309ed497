import { Link } from 'react-router';
import { urls } from '../../lib/urls';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';

/** The page of a dataset or version that does not exist. */
export function NoSuchDataset({ name, number }: { readonly name: string; readonly number?: number | string }) {
  return (
    <>
      <PageHead title={number === undefined ? name : `${name}, version ${number}`} />
      {number === undefined ? (
        <Empty title={`No dataset ${name}`} text="It was deleted, or the URL is misspelled.">
          <Link to="/datasets">All datasets</Link>
        </Empty>
      ) : (
        <Empty title={`No version ${number} of ${name}`} text="It was deleted, or it never existed.">
          <Link to={urls.dataset(name)}>All versions of {name}</Link>
        </Empty>
      )}
    </>
  );
}
