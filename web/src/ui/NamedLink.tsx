import { Link } from 'react-router';
import { shortId } from '../lib/format';

interface Props {
  readonly to: string;
  readonly id: string;
  readonly name: string | null;
}

/** A link to an object that may have a name: with its name, or else its short ID. */
export function NamedLink({ to, id, name }: Props) {
  return name !== null ? (
    <Link to={to} title={`${name} (${shortId(id)})`}>
      {name}
    </Link>
  ) : (
    <Link to={to} className="mono">
      {shortId(id)}
    </Link>
  );
}
