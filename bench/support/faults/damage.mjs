import { cp, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { damagesIn, problemsIn } from './verify.mjs';
import { startHub } from './work.mjs';

/** Bytes of a page of PostgreSQL. */
const PAGE = 8192;

const DAMAGES = {
  'a bit of a blob flipped': (path, draw) => flipIn(path, draw),
  'a blob cut off': async (path, draw) => truncate(path, Math.floor(draw() * (await stat(path)).size)),
};

/**
 * Damages a blob, or a page of the database, of a hub at rest. `hub verify` must find it; and a hub that starts all the same
 * says of everything either what was acknowledged or that it cannot.
 */
export async function damage(data, ledger, { draw, rounds, folder }) {
  const rows = [];
  const copy = join(folder, 'damaged');
  for (let round = 0; round < rounds; round++) {
    for (const [fault, how] of Object.entries(DAMAGES)) {
      await cp(data, copy, { recursive: true });
      await how(await drawnFile(join(copy, 'blobs'), draw), draw);
      const found = await damagesIn(copy);
      rows.push({ fault, during: 'rest', problems: found.length === 1 ? [] : ['hub verify does not find it'] });
      await rm(copy, { recursive: true });
    }
    await cp(data, copy, { recursive: true });
    await flipIn(await drawnFile(join(copy, 'database', 'base', '5'), draw, PAGE), draw);
    rows.push({ fault: 'a bit of a database page flipped', during: 'rest', ...(await lookAt(copy, ledger)) });
    await rm(copy, { recursive: true });
  }
  return rows;
}

/** A page of an index that nobody reads, or one that is free, may be damaged unnoticed; an answer must never be wrong. */
async function lookAt(data, ledger) {
  const found = await problemsIn(data);
  const hub = await startHub(data, ledger).catch(() => null);
  if (hub === null) return { outcome: 'does not start', problems: [] };
  const losses = await ledger.losses(hub.client).catch(() => null);
  await hub.kill();
  const outcome =
    losses === null ? 'refuses to answer' : found.length > 0 ? 'hub verify finds it' : 'no row of the hub';
  return { outcome, problems: losses ?? [] };
}

async function drawnFile(folder, draw, atLeast = 1) {
  const files = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await stat(path)).size >= atLeast) files.push(path);
  }
  return files.toSorted()[Math.floor(draw() * files.length)];
}

async function flipIn(path, draw) {
  const file = await open(path, 'r+');
  try {
    const at = Math.floor(draw() * (await file.stat()).size);
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
    buffer[0] ^= 1 << Math.floor(draw() * 8);
    await file.write(buffer, 0, 1, at);
  } finally {
    await file.close();
  }
}
