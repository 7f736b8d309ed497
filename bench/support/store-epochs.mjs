import 'reflect-metadata';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { Notices } from '../../out/cluster/notices.js';
import { ChangeNotices } from '../../out/domain/change/change-notices.js';
import { FeatureCache } from '../../out/domain/run/feature-cache.js';
import { FeatureSharing } from '../../out/domain/run/feature-sharing.js';
import { FeatureSlices } from '../../out/domain/run/feature-slices.js';
import { FollowingRuns } from '../../out/domain/run/following-runs.js';
import { RunBlobs } from '../../out/domain/run/run-blobs.js';
import { RunJournal } from '../../out/domain/run/run-journal.js';
import { RunStates } from '../../out/domain/run/run-states.js';
import { TrainHandler } from '../../out/domain/run/train-handler.js';
import { WebhookOutbox } from '../../out/domain/webhook/webhook-outbox.js';
import { CHORES, QUEUED_KINDS } from '../../out/jobs/job-kinds.js';
import { JobQueue } from '../../out/jobs/queue.js';
import { Runner } from '../../out/jobs/runner.js';
import { startWorker } from '../../out/jobs/worker-process.js';
import { openDatabase } from '../../out/storage/database.js';
import { FileBlobStore } from '../../out/storage/file-blobs.js';
import { recipeSchema } from '../../out/training/recipe.js';
import { addParents } from './fill-runs.mjs';

const WORKER = fileURLToPath(new URL('metrics-worker.mjs', import.meta.url));

/** Lets a process report epochs to a hub without anything else in it. @returns how many a second it stores. */
export async function storeEpochs(folder, epochs) {
  await mkdir(folder, { recursive: true });
  const database = await openDatabase({ folder: join(folder, 'database') });
  const prisma = database.client;
  const { version, backbone } = await addParents(prisma);
  const data = {
    kind: 'TRANSFER',
    datasetVersionId: version.id,
    backboneName: 'bench',
    recipe: recipeSchema.parse({}),
  };
  const { id } = await prisma.run.create({ data });
  const blobs = new FileBlobStore(folder);
  const log = pino({ level: 'warn' });
  const queue = await JobQueue.open(database, log);
  const notices = new Notices(log);
  const journal = new RunJournal(prisma, notices, new ChangeNotices(notices), new WebhookOutbox(queue));
  const slices = new FeatureSlices(prisma, queue, notices);
  const alone = { id: 'bench', list: async () => [] };
  process.env.EPOCHS = String(epochs);
  const train = new TrainHandler({
    prisma,
    runBlobs: new RunBlobs(prisma, blobs),
    blobPlace: { folder },
    backbones: { require: async () => backbone },
    cache: new FeatureCache(prisma, blobs, 1e9, { name: 'onnx', device: 'cpu' }),
    journal,
    states: new RunStates(prisma, journal, new FollowingRuns(queue, journal), slices),
    slices,
    sharing: new FeatureSharing({ processes: alone, computer: 'onnx cpu', seconds: 120 }),
    code: Promise.resolve({ version: 'bench', commit: null, dirty: null }),
  });
  const nothing = { waiting: async () => [] };
  const runner = new Runner({ startWorker: (task) => startWorker(task, { entry: WORKER }), log });
  await runner.start(queue, {
    ...Object.fromEntries([...QUEUED_KINDS, ...CHORES].map((kind) => [kind, nothing])),
    train,
  });
  for await (const { state } of journal.follow(id, 0)) if (state === 'CANCELLED') break;
  await runner.close();
  await queue.close();
  const stored = await prisma.runEvent.findMany({ where: { runId: id, kind: 'EPOCH' }, orderBy: { number: 'asc' } });
  await database.close();
  if (stored.length !== epochs) throw new Error(`${stored.length} of ${epochs} epochs are stored`);
  // From the first epoch on: what comes before is the start of the process.
  return (epochs - 1) / ((stored.at(-1).createdAt - stored[0].createdAt) / 1000);
}
