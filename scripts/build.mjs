// Builds into dist what has changed since the last build: the program, the page, the database that new ones are copies of.
// npm run build [-- PART...]
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { bundle, DIST, ROOT } from './bundle.mjs';
import { packagesOf } from './notices.mjs';

/** Parts in the order in which they are built, with what each is made from. */
const PARTS = {
  client: { from: ['prisma/schema.prisma', 'prisma.config.ts'], build: () => runPackage('prisma', 'generate') },
  types: { from: ['schema.graphql', 'tsconfig.json', 'web/tsconfig.json'], build: generateTypes },
  program: { from: ['src', 'tsconfig.json', 'scripts/bundle.mjs', 'scripts/notices.mjs'], build: bundleProgram },
  page: { from: ['web', 'schema.graphql', 'scripts/notices.mjs'], build: buildPage },
  database: { from: ['src/app/new-database.ts', 'src/jobs/queue.ts'], build: makeDatabase },
};

async function generateTypes() {
  for (const config of ['tsconfig.json', 'web/tsconfig.json']) runPackage('gql.tada', 'generate-output', '-c', config);
}

async function bundleProgram(last) {
  return bundle({ isChunkOfLastBuild: (name) => last?.chunks?.includes(name) });
}

async function buildPage() {
  const { build } = await import('vite');
  const { output } = await build({ configFile: join(ROOT, 'web', 'vite.config.ts'), logLevel: 'warn' });
  // Tests load the page hundreds of times, which the hub would compress anew each time; how far does not matter to them.
  const { BROTLI_MIN_QUALITY, BROTLI_MAX_QUALITY } = constants;
  await compress(
    join(DIST, 'web', 'assets'),
    process.env.NODE_ENV === 'test' ? BROTLI_MIN_QUALITY : BROTLI_MAX_QUALITY,
  );
  return { packages: packagesOf(output) };
}

/** Writes scripts and styles of a folder once more, compressed by Brotli: a hub sends those to browsers. */
async function compress(folder, quality) {
  for (const name of await readdir(folder)) {
    if (!/\.(js|css)$/.test(name)) continue;
    const content = await readFile(join(folder, name));
    const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
    await writeFile(join(folder, `${name}.br`), await promisify(brotliCompress)(content, { params }));
  }
}

async function makeDatabase() {
  execFileSync(process.execPath, [join(DIST, 'new-database.js')], { stdio: 'inherit' });
}

/** Runs the command of a package. It prints only when it fails. */
function runPackage(name, ...args) {
  const packageFile = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const { bin } = JSON.parse(readFileSync(packageFile, 'utf8'));
  const entry = join(dirname(packageFile), typeof bin === 'string' ? bin : Object.values(bin)[0]);
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} ${args.join(' ')} failed:\n${stdout}${stderr}`);
}

/** Builds parts of the program whose inputs have changed. */
export async function build(names = Object.keys(PARTS)) {
  await mkdir(DIST, { recursive: true });
  for (const name of names) {
    const { from, build } = PARTS[name];
    const stamp = join(DIST, `.${name}.json`);
    const last = await readFile(stamp, 'utf8').then(JSON.parse, () => undefined);
    const inputs = await hashOf(['package-lock.json', ...from]);
    if (last?.inputs === inputs) continue;
    await rm(stamp, { force: true }); // a build that fails is not up to date
    const built = await build(last);
    await writeFile(stamp, JSON.stringify({ inputs, ...built }));
  }
}

/** Lets the next build make the program again, whatever its inputs. */
export function forgetProgram() {
  return rm(join(DIST, '.program.json'), { force: true });
}

async function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of (await filesOf(join(ROOT, path))).sort()) {
      hash
        .update(`${relative(ROOT, file)}\0`)
        .update(await readFile(file))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

async function filesOf(path) {
  try {
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (error.code !== 'ENOTDIR') throw error;
    return [path];
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !(name in PARTS));
  if (unknown) {
    console.error(`There is no part "${unknown}" to build; the parts are ${Object.keys(PARTS).join(', ')}.`);
    process.exit(2);
  }
  await build(names.length > 0 ? names : undefined);
}
