import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { randomStream, uniform } from '../../../out/random.js';
import { check, median } from '../check.mjs';
import { register, startProcess } from '../hub.mjs';

const [CLASSES, PER_CLASS, SIDE] = [10, 60, 96];

/** Registers the same images on two hubs over the same PostgreSQL: one with its blobs in files, one in the bucket. */
export async function measureStorage(room, { rounds }) {
  const pictures = join(room.folder, 'pictures');
  const allow = ['--allow', pictures, '--log-level', 'error'];
  const hubs = {};
  for (const [name, blobs] of [
    ['files', []],
    ['bucket', ['--blobs', `s3://${room.s3.bucket}/storage`]],
  ]) {
    await room.query(`CREATE DATABASE ${name}`);
    const env = { ...room.env, DATABASE_URL: room.postgres.databaseUrl.replace('/postgres?', `/${name}?`) };
    hubs[name] = await startProcess({ env }, room.newFolder(), ...blobs, ...allow);
  }
  const rows = [];
  for (let round = 0; round <= rounds; round++) {
    await makeImages(pictures, round);
    const seconds = {};
    for (const name of round % 2 ? ['files', 'bucket'] : ['bucket', 'files']) {
      const began = performance.now();
      await register(hubs[name].client, `round-${round}`, pictures);
      seconds[name] = (performance.now() - began) / 1000;
    }
    await rm(pictures, { recursive: true });
    if (round === 0) continue; // opens connections
    rows.push({ round, 'files s': seconds.files, 'bucket s': seconds.bucket, ratio: seconds.bucket / seconds.files });
  }
  for (const hub of Object.values(hubs)) await hub.stop();
  const ratio = median(rows.map((row) => row.ratio));
  return { rows, checks: [check('registering images: time with a bucket / with files', ratio, { atMost: 1.3 })] };
}

/** Writes PNGs of noise, which are different in every round: equal blobs are stored once. */
async function makeImages(folder, round) {
  for (let c = 0; c < CLASSES; c++) {
    await mkdir(join(folder, `class-${c}`), { recursive: true });
    for (let i = 0; i < PER_CLASS; i++) {
      const random = randomStream(round * 100_000 + c * 1000 + i, 'pictures');
      const pixels = Buffer.alloc(SIDE * SIDE * 3);
      for (let at = 0; at < pixels.length; at += 4) pixels.writeUInt32LE(Math.floor(uniform(random) * 2 ** 32), at);
      const raw = { width: SIDE, height: SIDE, channels: 3 };
      await sharp(pixels, { raw })
        .png()
        .toFile(join(folder, `class-${c}`, `${i}.png`));
    }
  }
}
