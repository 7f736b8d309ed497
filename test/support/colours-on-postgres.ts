import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { runHub } from './command.js';
import type { PostgresServer } from './postgres-server.js';

/** Restores a backup of the prepared data, with its database on a server, into a folder. @returns the hub's data folder. */
export async function coloursOnPostgres(server: PostgresServer, folder: string): Promise<string> {
  const [file, data] = [join(folder, 'backup.tar'), join(folder, 'data')];
  const copy = join(folder, 'prepared'); // the prepared folder is of all tests, and a backup locks it
  await cp(inject('colours').data, copy, { recursive: true });
  for (const args of [
    ['backup', file, '--data', copy],
    ['restore', file, '--data', data, '--database-url', server.databaseUrl],
  ]) {
    const { code, stderr } = await runHub(...args);
    expect(code, stderr).toBe(0);
  }
  return data;
}
