// Makes the database that every other begins as a copy of, unless it is there.   (npm run build)
import { rename, rm } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { isDatabase, NEW_DATABASE } from '../dist/storage/embedded-postgres.js';

if (!(await isDatabase(NEW_DATABASE))) {
  const unfinished = `${NEW_DATABASE}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await (await PGlite.create(unfinished)).close();
  await rename(unfinished, NEW_DATABASE);
}
