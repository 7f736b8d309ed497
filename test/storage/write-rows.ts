// Writes rows without end, and prints the name of each when the database has acknowledged it.
import { writeSync } from 'node:fs';
import { openDatabase } from '../../src/storage/database.js';

const { client } = await openDatabase({ folder: process.argv[2] as string });
for (let i = 0; ; i++) {
  const { name } = await client.dataset.create({ data: { name: `row-${i}` } });
  writeSync(1, `${name}\n`);
}
