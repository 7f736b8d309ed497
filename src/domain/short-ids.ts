import { HubError } from '../errors.js';
import type { PrismaClient } from '../storage/database.js';
import type { Caller } from './caller.js';

/** Kinds of objects that a part of their id can name. */
export type NamedKind =
  | 'run'
  | 'pipeline'
  | 'sweep'
  | 'prediction job'
  | 'dataset version'
  | 'model import'
  | 'promotion request'
  | 'token'
  | 'webhook';

/** Fewest characters that name an object. */
const FEWEST = 6;
/** Most candidates that a refusal names. */
const NAMED = 5;
/** A part of a UUID. A whole one has 36 characters. */
const PART = new RegExp(`^[0-9a-f-]{${FEWEST},35}$`);

interface Row {
  readonly id: string;
}

/** Finds the ids that parts of them stand for. */
export class ShortIds {
  constructor(private readonly prisma: PrismaClient) {}

  /**
   * The id that begins or ends with a text, among those that the caller may know of: a token for one model finds nothing of
   * another. A text that no such id has is returned as it is, and is then as unknown as any other.
   * @throws BAD_INPUT naming the candidates when several ids have it.
   */
  async complete(kind: NamedKind, text: string, caller: Pick<Caller, 'model'>): Promise<string> {
    const part = text.trim().toLowerCase();
    if (!PART.test(part)) return text;
    const found = await this.#find(kind, part, caller.model);
    if (found.length < 2) return found[0] ?? text;
    const candidates = found.slice(0, NAMED);
    const more = found.length > NAMED ? ' and more' : '';
    const message = `Several ids begin or end with ${part}: ${candidates.join(', ')}${more}. Give more of the ${kind}'s.`;
    throw new HubError('BAD_INPUT', message, { received: text, candidates });
  }

  async #find(kind: NamedKind, part: string, model: string | null): Promise<string[]> {
    if (kind === 'pipeline') return this.#pipelines(part, model);
    const id = { OR: [{ id: { startsWith: part } }, { id: { endsWith: part } }] };
    const page = { select: { id: true }, orderBy: { id: 'desc' }, take: NAMED + 1 } as const;
    const { run, sweep, predictionJob, datasetVersion, modelImport, promotionRequest, token, webhook } = this.prisma;
    const version = model === null ? {} : { model: { name: model } };
    const ofModel = model === null ? {} : { modelVersions: { some: version } };
    const find = {
      run: () => run.findMany({ where: { ...id, ...ofModel }, ...page }),
      'dataset version': () => datasetVersion.findMany({ where: { ...id, ...ofModel }, ...page }),
      'model import': () => modelImport.findMany({ where: { ...id, ...(model !== null && { model }) }, ...page }),
      'promotion request': () => promotionRequest.findMany({ where: { ...id, version }, ...page }),
      // No token for one model may ask about these at all.
      sweep: () => this.#unlessLimited(model, () => sweep.findMany({ where: id, ...page })),
      'prediction job': () => this.#unlessLimited(model, () => predictionJob.findMany({ where: id, ...page })),
      token: () => this.#unlessLimited(model, () => token.findMany({ where: id, ...page })),
      webhook: () => this.#unlessLimited(model, () => webhook.findMany({ where: id, ...page })),
    } satisfies Record<Exclude<NamedKind, 'pipeline'>, () => PromiseLike<readonly Row[]>>;
    return (await find[kind]()).map((row) => row.id);
  }

  /** A pipeline has no row of its own: its id is that of its runs. */
  async #pipelines(part: string, model: string | null): Promise<string[]> {
    const where = { OR: [{ pipelineId: { startsWith: part } }, { pipelineId: { endsWith: part } }] };
    const groups = { by: 'pipelineId', orderBy: { pipelineId: 'desc' }, take: NAMED + 1 } as const;
    const rows = await this.#unlessLimited(model, () => this.prisma.run.groupBy({ where, ...groups }));
    return rows.flatMap(({ pipelineId }) => pipelineId ?? []);
  }

  async #unlessLimited<T>(model: string | null, find: () => PromiseLike<readonly T[]>): Promise<readonly T[]> {
    return model === null ? find() : [];
  }
}
