import { cpSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/storage/database.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of an empty database at the newest migration. */
    readonly emptyDatabase: string;
  }
}

let folder: string;

/** Creates the database that tests copy, before all tests, since PostgreSQL needs seconds to create one. */
export async function setup(project: TestProject): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'hub-database-'));
  const database = join(folder, 'database');
  await (await openDatabase({ folder: database })).close();
  project.provide('emptyDatabase', database);
}

export async function teardown(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Creates an empty database in a new folder. */
export function copyEmptyDatabase(to: string): void {
  cpSync(inject('emptyDatabase'), to, { recursive: true });
}
