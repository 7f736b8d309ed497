import { Link } from 'react-router';
import { shortId } from '../../lib/format';
import { urls } from '../../lib/urls';

/** A link to a run, with its short ID. */
export function RunLink({ id }: { readonly id: string }) {
  return (
    <Link to={urls.run(id)} className="mono">
      {shortId(id)}
    </Link>
  );
}
