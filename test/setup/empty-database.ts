import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { folderOfRun } from './folders.js';
import { once } from './once.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of an empty database at the newest migration. */
    readonly emptyDatabase: string;
  }
}

/** Creates the database that tests copy, since PostgreSQL needs seconds to create one. */
export const emptyDatabase = (): Promise<string> =>
  once('empty database', async () => {
    const database = join(await folderOfRun('database'), 'database');
    // Not before the client of Prisma is generated, which ./program.ts does first.
    const { openDatabase } = await import('../../src/storage/database.js');
    await (await openDatabase({ folder: database })).close();
    return database;
  });

export async function setup(project: TestProject): Promise<void> {
  project.provide('emptyDatabase', await emptyDatabase());
}
