import leven from 'leven';
import { HubError } from '../errors.js';
import type { PrismaClient } from '../storage/database.js';
import type { Caller } from './caller.js';

/** The NOT_FOUND error for a name that no model or dataset has. */
export class NameNotFound extends HubError {
  constructor(
    readonly kind: 'model' | 'dataset',
    readonly sought: string,
    what = '',
  ) {
    super('NOT_FOUND', `There is no ${kind} named ${sought}${what}.`, { name: sought });
  }
}

/** Most names that are compared: more would take longer than the request. */
const COMPARED = 1000;
/** Changed, added or removed letters up to which a name of so many letters counts as mistyped, as a share of them. */
const MISTYPED = 0.34;

/** The name that was most likely meant; undefined where none is close. A name that begins as it was typed is close. */
export function closest(sought: string, names: readonly string[]): string | undefined {
  const typed = sought.toLowerCase();
  const most = Math.max(1, Math.floor(sought.length * MISTYPED));
  const distances = names.map((name) => {
    const known = name.toLowerCase();
    const begun = typed.length > 2 && (known.startsWith(typed) || typed.startsWith(known));
    return { name, distance: begun ? 0 : leven(typed, known) };
  });
  distances.sort((a, b) => a.distance - b.distance);
  return distances[0] !== undefined && distances[0].distance <= most ? distances[0].name : undefined;
}

/** Suggests names for those that nothing has. */
export class NamesLike {
  constructor(private readonly prisma: PrismaClient) {}

  /** The error with a suggestion, where a name is close that the caller may know of; else the error itself. */
  async explain(error: unknown, caller: Pick<Caller, 'model'>): Promise<unknown> {
    if (!(error instanceof NameNotFound) || caller.model !== null) return error;
    const page = { select: { name: true }, take: COMPARED, orderBy: { id: 'desc' } } as const;
    const { model, dataset } = this.prisma;
    const rows = await (error.kind === 'model' ? model.findMany(page) : dataset.findMany(page));
    const suggestion = closest(
      error.sought,
      rows.map(({ name }) => name),
    );
    if (suggestion === undefined) return error;
    const details = { ...error.details, suggestion };
    return new HubError(error.code, `${error.message} Did you mean ${suggestion}?`, details);
  }
}
