import { urls } from '../../lib/urls';
import { NamedLink } from '../../ui/NamedLink';

/** A link to a run, with its name, or else its short ID. */
export function RunLink({ id, name = null }: { readonly id: string; readonly name?: string | null }) {
  return <NamedLink to={urls.run(id)} id={id} name={name} />;
}
