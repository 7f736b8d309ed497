import { Link } from 'react-router';
import { shortId } from '../../lib/format';
import { urls } from '../../lib/urls';

/** Leads to a run; its id in short. */
export function RunLink({ id }: { readonly id: string }) {
  return (
    <Link to={urls.run(id)} className="mono">
      {shortId(id)}
    </Link>
  );
}
