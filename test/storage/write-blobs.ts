// Stores the same blobs as every other process that runs this, without end, and prints the hash of each when it is stored.
// Arguments: the shared folder, and the folder of copies.
import { writeSync } from 'node:fs';
import { openBlobs } from '../../src/storage/blob-place.js';

const [url = '', folder = ''] = process.argv.slice(2);
const blobs = openBlobs({ folder, shared: { url, cacheBytes: 0 } });
for (let i = 0; ; i += 1) {
  const { sha256 } = await blobs.put(Buffer.alloc(2_000_000, `blob ${i}`));
  if (i % 3 === 0) await blobs.delete(sha256); // which the other one may just have stored
  writeSync(1, `${sha256}\n`);
}
