import { Link } from 'react-router';
import { urls } from '../../lib/urls';
import { Empty } from '../../ui/Empty';

/** An address that leads nowhere: of a dataset, or of one of its versions. */
export function NoSuchDataset({ name, number }: { readonly name: string; readonly number?: number }) {
  return number === undefined ? (
    <Empty title={`No dataset ${name}`} text="It was deleted, or its address is not spelled right.">
      <Link to="/datasets">All datasets</Link>
    </Empty>
  ) : (
    <Empty title={`No version ${number} of ${name}`} text="It was deleted, or it never was.">
      <Link to={urls.dataset(name)}>All that there is of {name}</Link>
    </Empty>
  );
}
