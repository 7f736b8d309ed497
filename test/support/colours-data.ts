import { cp } from 'node:fs/promises';
import { inject } from 'vitest';
import { inDatabase } from './in-database.js';

/** Copies the prepared data without its model version, which a hub process would calibrate and quantize at every start. */
export async function copyColoursWithoutModel(to: string): Promise<void> {
  await cp(inject('colours').data, to, { recursive: true });
  await inDatabase(to, async (client) => {
    await client.alias.deleteMany();
    await client.modelVersion.deleteMany();
  });
}
