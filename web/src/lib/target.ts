/** The version that answers: the target of an alias, or a fixed one. */
export type Target = { readonly model: string } & ({ readonly alias: string } | { readonly version: number });

/** `model@alias` or `model:version`, as in URLs and lists. */
export const nameOfTarget = (target: Target): string =>
  'alias' in target ? `${target.model}@${target.alias}` : `${target.model}:${target.version}`;

/** Parses such a name; null if it is not one. Names of models and aliases contain neither `@` nor `:`. */
export function parseTarget(text: string): Target | null {
  const [, model, alias, version] = /^([^@:]+)(?:@([^@:]+)|:(\d+))$/.exec(text) ?? [];
  if (!model) return null;
  return alias ? { model, alias } : { model, version: Number(version) };
}
