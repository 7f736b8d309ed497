import { Link } from 'react-router';
import { shortId } from '../../lib/format';
import { urls } from '../../lib/urls';

/** A link to a run, with its name, or else its short ID. */
export function RunLink({ id, name = null }: { readonly id: string; readonly name?: string | null }) {
  if (name !== null) {
    return (
      <Link to={urls.run(id)} title={`${name} (${shortId(id)})`}>
        {name}
      </Link>
    );
  }
  return (
    <Link to={urls.run(id)} className="mono">
      {shortId(id)}
    </Link>
  );
}
