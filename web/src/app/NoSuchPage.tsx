import { Link, useLocation } from 'react-router';
import { Empty } from '../ui/Empty';
import { PageHead } from '../ui/PageHead';

/** The page of an address that names none. */
export function NoSuchPage() {
  const { pathname } = useLocation();
  return (
    <>
      <PageHead title="No such page" />
      <Empty title={`Nothing is at ${pathname}`} text="The address is misspelled, or the page has moved.">
        <Link to="/">Start page</Link>
      </Empty>
    </>
  );
}
