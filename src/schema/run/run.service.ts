import { HubError } from '../../errors.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { type PresetName, recipeSchema, resolveFineTuneRecipe, resolveRecipe } from '../../training/recipe.js';
import type { RunEvents } from './run.events.js';
import type { RunQueue } from './run.queue.js';
import { toRun, withRunRelations } from './run.record.js';
import { RunKind, type RunPage, type RunProgressType, type RunType } from './run.type.js';

export class RunService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly queue: RunQueue,
    private readonly events: RunEvents,
  ) {}

  /** Queues a transfer run. The recipe is checked and completed now and never changes. */
  async startTransfer(input: {
    readonly datasetVersionId: string;
    readonly backbone: string;
    readonly preset: PresetName;
    readonly recipe: Readonly<Record<string, unknown>>;
  }): Promise<RunType> {
    const recipe = resolveRecipe(input.preset, input.recipe);
    const version = await this.prisma.datasetVersion.findUnique({ where: { id: input.datasetVersionId } });
    if (!version) {
      throw new HubError('NOT_FOUND', 'There is no dataset version with this id.', { id: input.datasetVersionId });
    }
    const { id } = await this.prisma.run.create({
      data: {
        kind: RunKind.TRANSFER,
        datasetVersionId: version.id,
        backboneName: input.backbone,
        recipe: recipe satisfies Prisma.InputJsonValue,
      },
    });
    this.queue.wake();
    return this.require(id);
  }

  /** Queues a run that goes on where another one ended. The recipe is checked and completed now and never changes. */
  async startFineTune(parentRunId: string, overrides: Readonly<Record<string, unknown>>): Promise<RunType> {
    const parent = await this.prisma.run.findUnique({ where: { id: parentRunId } });
    if (!parent) throw new HubError('NOT_FOUND', 'There is no run with this id.', { id: parentRunId });
    if (parent.state !== 'SUCCEEDED' || !parent.weightsBlob) {
      const message = `The parent run is ${parent.state}: only a run that succeeded can be gone on from.`;
      throw new HubError('CONFLICT', message, { id: parentRunId, state: parent.state });
    }
    const recipe = resolveFineTuneRecipe(recipeSchema.parse(parent.recipe), overrides);
    const { datasetVersionId, backboneName } = parent;
    const { id } = await this.prisma.run.create({
      data: {
        kind: RunKind.FINE_TUNE,
        datasetVersionId,
        backboneName,
        parentRunId,
        recipe: recipe satisfies Prisma.InputJsonValue,
      },
    });
    this.queue.wake();
    return this.require(id);
  }

  async cancel(id: string): Promise<RunType> {
    await this.queue.cancel(id);
    return this.require(id);
  }

  async find(id: string): Promise<RunType | null> {
    const row = await this.prisma.run.findUnique({ where: { id }, include: withRunRelations });
    return row && toRun(row);
  }

  async require(id: string): Promise<RunType> {
    const run = await this.find(id);
    if (!run) throw new HubError('NOT_FOUND', 'There is no run with this id.', { id });
    return run;
  }

  /** The present state first, then what happens, until the run has ended. */
  async *progress(id: string): AsyncGenerator<RunProgressType> {
    const events = this.events.subscribe(id); // before the state is read, so that nothing falls between the two
    try {
      const { state } = await this.require(id);
      yield { runId: id, state };
      if (isFinal(state)) return;
      for await (const progress of events) {
        yield progress;
        if (isFinal(progress.state)) return;
      }
    } finally {
      await events.return?.();
    }
  }

  /** A page, newest first. Ids are in the order of creation, so an id is a cursor. */
  async page(first: number, after: string | null): Promise<RunPage> {
    const rows = await this.prisma.run.findMany({
      where: after ? { id: { lt: after } } : {},
      include: withRunRelations,
      orderBy: { id: 'desc' },
      take: first + 1,
    });
    const runs = rows.slice(0, first).map(toRun);
    return { runs, next: rows.length > first ? (runs.at(-1)?.id ?? null) : null };
  }
}

function isFinal(state: RunType['state']): boolean {
  return state === 'SUCCEEDED' || state === 'FAILED' || state === 'CANCELLED';
}
