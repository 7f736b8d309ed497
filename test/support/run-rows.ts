import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Notices } from '../../src/cluster/notices.js';
import { ChangeNotices } from '../../src/domain/change/change-notices.js';
import { FeatureSlices } from '../../src/domain/run/feature-slices.js';
import { FollowingRuns } from '../../src/domain/run/following-runs.js';
import { RunJournal } from '../../src/domain/run/run-journal.js';
import { RunStates } from '../../src/domain/run/run-states.js';
import { WebhookOutbox } from '../../src/domain/webhook/webhook-outbox.js';
import { JobQueue } from '../../src/jobs/queue.js';
import { openDatabase, type Prisma, type PrismaClient } from '../../src/storage/database.js';
import { recipeSchema } from '../../src/training/recipe.js';
import { copyEmptyDatabase } from './empty-database.js';
import { removeFolder } from './remove-folder.js';

/** A separate database without a hub, for rows that no hub would write. */
export class RowDatabase {
  private constructor(
    private readonly folder: string,
    readonly client: PrismaClient,
    readonly queue: JobQueue,
    private readonly closeDatabase: () => Promise<void>,
  ) {}

  static async open(): Promise<RowDatabase> {
    const folder = await mkdtemp(join(tmpdir(), 'hub-rows-'));
    await copyEmptyDatabase(join(folder, 'database'));
    const database = await openDatabase({ folder: join(folder, 'database') });
    const queue = await JobQueue.open(database, pino({ level: 'silent' }));
    return new RowDatabase(folder, database.client, queue, () => database.close());
  }

  async remove(): Promise<void> {
    await this.queue.close();
    await this.closeDatabase();
    await removeFolder(this.folder);
  }
}

/** The journal of a database's runs, and what changes their states. */
export function runStates({ client, queue }: Pick<RowDatabase, 'client' | 'queue'>): {
  readonly journal: RunJournal;
  readonly states: RunStates;
} {
  const journal = journalOf(client, queue);
  const slices = new FeatureSlices(client, queue, new Notices(pino({ level: 'silent' })));
  return { journal, states: new RunStates(client, journal, new FollowingRuns(queue, journal), slices) };
}

export function journalOf(client: PrismaClient, queue: JobQueue): RunJournal {
  const notices = new Notices(pino({ level: 'silent' }));
  return new RunJournal(client, notices, new ChangeNotices(notices), new WebhookOutbox(queue));
}

/** Inserts a version of a new dataset, without blobs. @returns its id. */
export async function datasetVersionRow(client: PrismaClient, dataset: string): Promise<string> {
  const { id: datasetId } = await client.dataset.create({ data: { name: dataset } });
  const numbers = { number: 1, imageCount: 3, bytes: 10n, rejectedCount: 0 };
  const content = { contentHash: 'a'.repeat(64), manifestBlob: 'b'.repeat(64), source: 'test', rejected: [] };
  const counts = ['cat', 'dog'].map((name) => ({ name, train: 1, validation: 0, test: 0 }));
  const data = { datasetId, ...numbers, ...content, classes: ['cat', 'dog'], counts };
  return (await client.datasetVersion.create({ data })).id;
}

/** Inserts a run, QUEUED by default. @returns its id. */
export async function runRow(
  client: PrismaClient,
  datasetVersionId: string,
  given: Partial<Prisma.RunUncheckedCreateInput> = {},
): Promise<string> {
  const recipe = recipeSchema.parse({});
  const data = { kind: 'TRANSFER', datasetVersionId, backboneName: 'any', recipe, ...given } as const;
  return (await client.run.create({ data })).id;
}
