interface Named {
  readonly name: string;
}
interface BuiltIn extends Named {
  /** Why it cannot be had; null when it can. */
  readonly problem: string | null;
}

/**
 * The backbone that a form chooses at first: the most accurate built-in one when it was added or can be downloaded, then
 * the first that was added, then one that is included.
 * @param builtIn the most accurate first.
 */
export function preferredBackbone(added: readonly Named[], builtIn: readonly BuiltIn[]): string {
  const [best] = builtIn;
  const isAdded = added.some(({ name }) => name === best?.name);
  if (best && (isAdded || best.problem === null)) return best.name;
  return (added[0] ?? builtIn.find(({ problem }) => problem === null))?.name ?? '';
}
