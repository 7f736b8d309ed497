/** Who answers: what an alias points to, or a certain version. */
export type Target = { readonly model: string } & ({ readonly alias: string } | { readonly version: number });

/** model@alias or model:version, as it stands in addresses and lists. */
export const nameOfTarget = (target: Target): string =>
  'alias' in target ? `${target.model}@${target.alias}` : `${target.model}:${target.version}`;

/** The other way; null for what is no such name. Names have neither of the two signs. */
export function parseTarget(text: string): Target | null {
  const [, model, alias, version] = /^([^@:]+)(?:@([^@:]+)|:(\d+))$/.exec(text) ?? [];
  if (!model) return null;
  return alias ? { model, alias } : { model, version: Number(version) };
}
