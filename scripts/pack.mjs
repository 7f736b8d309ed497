// Packs the hub as it is published: the built program and what it loads.   (npm run pack [-- FOLDER])
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { DIST, ROOT } from './bundle.mjs';
import { noticesOf } from './notices.mjs';

/** Fields of package.json that are about developing the hub. */
const FIELDS_LEFT_OUT = ['private', 'scripts', 'devDependencies', 'overrides'];

/**
 * Packages that are in the archive, without their install scripts: that of onnxruntime-node downloads libraries for CUDA from
 * another host, which the hub does not use, and fails where that host cannot be reached.
 */
const BUNDLED = ['onnxruntime-node', 'onnxruntime-common'];

/** File with the licenses of packages whose code is in `dist`. */
const NOTICES = 'THIRD-PARTY-NOTICES';

async function readJson(...path) {
  return JSON.parse(await readFile(join(...path), 'utf8'));
}

async function writeJson(content, ...path) {
  await writeFile(join(...path), JSON.stringify(content, null, 2));
}

/** Copies a package without its scripts and what only they need. */
async function bundlePackage(name, folder) {
  const to = join(folder, 'node_modules', name);
  await cp(join(ROOT, 'node_modules', name), to, { recursive: true });
  const { scripts: _, dependencies = {}, ...rest } = await readJson(to, 'package.json');
  const needed = Object.entries(dependencies).filter(([dependency]) => BUNDLED.includes(dependency));
  await writeJson({ ...rest, dependencies: Object.fromEntries(needed) }, to, 'package.json');
}

/** Licenses of the packages in the program and in the page, as their builds have noted them. */
async function notices() {
  const stamps = await Promise.all(['program', 'page'].map((part) => readJson(DIST, `.${part}.json`)));
  return noticesOf(stamps.flatMap(({ packages }) => packages));
}

/** @param into folder for the archive. @returns its path. */
async function pack(into) {
  const all = Object.entries(await readJson(ROOT, 'package.json'));
  const published = Object.fromEntries(all.filter(([field]) => !FIELDS_LEFT_OUT.includes(field)));
  const folder = await mkdtemp(join(tmpdir(), 'hub-pack-'));
  try {
    // The stamps of the build, whose names begin with a dot, are for the next build.
    const filter = (path) => !basename(path).startsWith('.');
    for (const path of published.files) await cp(join(ROOT, path), join(folder, path), { recursive: true, filter });
    for (const name of ['LICENSE', 'README.md', 'CHANGELOG.md']) await cp(join(ROOT, name), join(folder, name));
    for (const name of BUNDLED) await bundlePackage(name, folder);
    await writeFile(join(folder, NOTICES), await notices());
    const files = [...published.files, NOTICES];
    await writeJson({ ...published, files, bundleDependencies: ['onnxruntime-node'] }, folder, 'package.json');
    await mkdir(into, { recursive: true });
    const args = ['pack', folder, '--pack-destination', into, '--json', '--loglevel', 'error'];
    const output = execFileSync('npm', args, { encoding: 'utf8', shell: process.platform === 'win32' });
    const packed = JSON.parse(output);
    const [{ filename }] = Array.isArray(packed) ? packed : Object.values(packed);
    return join(into, filename);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

console.log(await pack(resolve(process.argv[2] ?? join(ROOT, 'out'))));
