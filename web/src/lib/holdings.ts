/** A move of an alias to a version, or its removal. */
export interface Move {
  readonly alias: string;
  /** Number of the version; null for a removal. */
  readonly to: number | null;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly overridden: boolean;
}

/** A period in which a version held an alias. */
export interface Holding {
  readonly version: number;
  readonly from: Date;
  /** Null while it still does. A removal ends it too. */
  readonly until: Date | null;
  readonly overridden: boolean;
  /** Start and length as shares of the time from the first move to now. */
  readonly start: number;
  readonly share: number;
}

/** The periods of each alias, sorted by alias. @param moves newest first. */
export function holdings(
  moves: readonly Move[],
  now: Date,
): readonly { readonly alias: string; readonly held: readonly Holding[] }[] {
  const ordered = [...moves].reverse().map((move) => ({ ...move, at: new Date(move.createdAt) }));
  const begin = ordered[0]?.at.getTime() ?? now.getTime();
  const whole = Math.max(1, now.getTime() - begin);
  const aliases = [...new Set(ordered.map(({ alias }) => alias))].sort();
  return aliases.map((alias) => {
    const own = ordered.filter((move) => move.alias === alias);
    const held = own.flatMap(({ to: version, at: from, overridden }, i) => {
      if (version === null) return [];
      const until = own[i + 1]?.at ?? null;
      const start = (from.getTime() - begin) / whole;
      const share = ((until ?? now).getTime() - from.getTime()) / whole;
      return [{ version, from, until, overridden, start, share }];
    });
    return { alias, held };
  });
}
