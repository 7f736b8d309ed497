// Checks the size of what a hub needs at run time: the packages of `npm install --omit=dev`, and dist.   (npm run size)
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Most megabytes of the packages. */
const LIMIT = 450;
/** Number of packages to list, the largest first. */
const LISTED = 6;

const megabytes = (bytes) => Math.round(bytes / 1e6);

async function sizeOf(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    return []; // a package for another platform, or a build that was not made
  });
  const sizes = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? 0 : sizeOf(path);
    return entry.isFile() ? (await stat(path)).size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8'));
const needed = Object.entries(packages).filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional);
const sizes = await Promise.all(needed.map(async ([path]) => ({ path, bytes: await sizeOf(path) })));
sizes.sort((a, b) => b.bytes - a.bytes);
const total = megabytes(sizes.reduce((sum, { bytes }) => sum + bytes, 0));
const largest = sizes
  .slice(0, LISTED)
  .map(({ path, bytes }) => `${path.replace('node_modules/', '')} ${megabytes(bytes)}`);
console.log(
  `Packages at run time: ${total} MB, of which ${largest.join(', ')}; dist: ${megabytes(await sizeOf('dist'))} MB.`,
);
if (total > LIMIT) {
  console.error(`That is more than ${LIMIT} MB. Bundle a package instead (scripts/bundle.mjs), or use a smaller one.`);
  process.exitCode = 1;
}
