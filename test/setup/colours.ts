import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { dataPaths } from '../../src/storage/data-folder.js';
import { emptyDatabase } from './empty-database.js';
import { folderOfRun } from './folders.js';
import { once } from './once.js';

/** A data folder in which version 1 of the model "colours" serves as production, and what is in it. */
export interface PreparedColours {
  readonly data: string;
  /** The version of the dataset "colours". */
  readonly datasetVersionId: string;
  /** The run that the model version is from: `QUICK` on the bundled backbone. */
  readonly runId: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly colours: PreparedColours;
  }
}

/** Registers, trains and promotes once what most tests of a hub begin with. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('colours', await once('colours', prepareColours));
}

async function prepareColours(): Promise<PreparedColours> {
  // Not before the client of Prisma is generated, which ./program.ts does first.
  const [{ serveColours }, { TestHub }] = await Promise.all([
    import('../support/served-colours.js'),
    import('../support/test-hub.js'),
  ]);
  const folder = await folderOfRun('colours');
  const hub = await TestHub.prepare();
  await cp(await emptyDatabase(), dataPaths(hub.data).database, { recursive: true });
  await hub.start();
  try {
    const { version, run } = await serveColours(hub);
    await hub.stop();
    const data = join(folder, 'data');
    await cp(hub.data, data, { recursive: true });
    return { data, datasetVersionId: version.id, runId: run.id };
  } finally {
    await hub.remove();
  }
}
