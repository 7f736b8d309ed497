import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { HubError } from '../../../errors.js';
import { addonOf, ENGINE_FOLDER, findTfjs, TFJS_VERSION, type TfjsPackage } from '../tfjs-package.js';
import { checkSpace, run, type Tool } from './commands.js';

/** The newest that the addon was compiled against and tested with. */
const TENSORFLOW_VERSION = '2.21.0';
/** Node's headers for addons, which not every Node brings along. */
const HEADERS = 'node-api-headers@1.9.0';
/**
 * TensorFlow looks for it on a path that leaves out its place in the wheels, though not those of CUDA's other libraries,
 * and without it finds no graphics card. The addon names it, so that it is loaded before it is looked for.
 */
const CUSOLVER = 'libcusolver.so.11';
/** Of disk, downloads included. */
const BYTES = { cpu: 3e9, gpu: 12e9 } as const;

export interface InstallOptions {
  readonly gpu: boolean;
  /** Where everything goes; nothing else is touched. */
  readonly folder?: string;
  /** Programs to use. */
  readonly compiler: string;
  readonly python: string;
  readonly log: (line: string) => void;
}

const foundSchema = z.object({ version: z.string(), device: z.string() });
/** What the self-test says. */
export type SelfTestResult = z.output<typeof foundSchema>;

/**
 * Puts tfjs-node in place without its download: the npm package, TensorFlow out of its PyPI wheel, and the addon compiled
 * against that. Does nothing where it works already, and may be run again after it failed.
 * @throws ENGINE_UNAVAILABLE with what is missing.
 */
export async function installTensorFlow(options: InstallOptions): Promise<SelfTestResult> {
  const { gpu, folder = ENGINE_FOLDER, log } = options;
  const name: TfjsPackage = gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  const present = await selfTest(folder, name).catch(() => null);
  if (present?.device === (gpu ? 'cuda' : 'cpu')) {
    log(`${name} is in place and works.`);
    return present;
  }
  const tools = toolsOf(options);
  await check(tools);
  await mkdir(folder, { recursive: true });
  await checkSpace(folder, BYTES[gpu ? 'gpu' : 'cpu']);
  await clearOther(folder, name);

  log(`npm: ${name} ${TFJS_VERSION} …`);
  const npmArguments = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--save-exact'];
  await run(tools.npm, ['install', ...npmArguments, `${name}@${TFJS_VERSION}`, HEADERS], { cwd: folder });

  const wheel = `${gpu ? 'tensorflow[and-cuda]' : 'tensorflow-cpu'}==${TENSORFLOW_VERSION}`;
  const python = join(folder, 'python');
  if (!existsSync(libraryOf(python))) {
    log(`pip: ${wheel} …`);
    await rm(python, { recursive: true, force: true });
    // The wheel for the CPU is all that is used; that for CUDA needs the packages of CUDA beside it.
    const pipArguments = ['--quiet', '--target', python, ...(gpu ? [] : ['--no-deps'])];
    const env = { PIP_USER: '0', PIP_DISABLE_PIP_VERSION_CHECK: '1' };
    await run(tools.python, ['-m', 'pip', 'install', ...pipArguments, wheel], { env });
  }

  log('Compiling the addon …');
  await compile(tools.compiler, folder, name);
  return selfTest(folder, name);
}

/** Takes away all that `installTensorFlow` put in place. */
export async function removeTensorFlow(folder: string = ENGINE_FOLDER): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

function toolsOf({ compiler, python }: InstallOptions): Readonly<Record<'npm' | 'compiler' | 'python', Tool>> {
  return {
    npm: { command: 'npm', remedy: 'npm, which comes with Node, must be able to reach its registry.' },
    compiler: { command: compiler, remedy: 'a C++ compiler is needed (Debian: g++), or name one with --compiler.' },
    python: {
      command: python,
      remedy: `a Python with pip for which PyPI has TensorFlow ${TENSORFLOW_VERSION} is needed (3.10 to 3.13), or name one with --python.`,
    },
  };
}

async function check({ compiler, python }: ReturnType<typeof toolsOf>): Promise<void> {
  if (process.platform !== 'linux') {
    const advice = `install @tensorflow/tfjs-node@${TFJS_VERSION} beside the hub's packages: where its own download works it is used.`;
    throw new HubError('ENGINE_UNAVAILABLE', `The addon is compiled on Linux alone. Elsewhere ${advice}`);
  }
  await run(compiler, ['--version']);
  await run(python, ['-m', 'pip', '--version']);
}

/** What is there for the other kind of device goes: one engine, one TensorFlow. */
async function clearOther(folder: string, name: TfjsPackage): Promise<void> {
  const file = join(folder, 'package.json');
  const wanted = JSON.stringify({ private: true, description: `Made by "npm run engine:tensorflow" for ${name}.` });
  const present = await readFile(file, 'utf8').catch(() => '');
  if (present.includes(`for ${name}.`)) return;
  await removeTensorFlow(folder);
  await mkdir(folder, { recursive: true });
  await writeFile(file, wanted);
}

const libraryOf = (python: string): string => join(python, 'tensorflow', 'libtensorflow_cc.so.2');

async function compile(compiler: Tool, folder: string, name: TfjsPackage): Promise<void> {
  const modules = join(folder, 'node_modules');
  const tensorflow = join(folder, 'python', 'tensorflow');
  const cusolver = join(folder, 'python', 'nvidia', 'cusolver', 'lib');
  const tfjs = join(modules, name);
  const addon = addonOf(tfjs);
  await mkdir(dirname(addon), { recursive: true });
  await run(compiler, [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
    ...['-I', join(modules, 'node-api-headers', 'include'), '-I', join(tensorflow, 'include')],
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(tfjs, 'binding', file)),
    ...['-L', tensorflow, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    ...(existsSync(cusolver) ? ['-Wl,--no-as-needed', '-L', cusolver, `-l:${CUSOLVER}`] : []),
    // Relative, so that the folder can be moved.
    ...[tensorflow, cusolver].map((path) => `-Wl,-rpath,$ORIGIN/${relative(dirname(addon), path)}`),
    ...['-o', addon],
  ]);
}

/** Computes in a process of its own with what is in place, which may be what a plain install brought. */
async function selfTest(folder: string, name: TfjsPackage): Promise<SelfTestResult> {
  if (findTfjs(folder)?.name !== name) throw new HubError('ENGINE_UNAVAILABLE', `${name} is not in place.`);
  const entry = fileURLToPath(new URL('./self-test.js', import.meta.url));
  const node = { command: process.execPath, remedy: 'the self-test does not pass.' };
  const output = await run(node, [entry, folder]);
  return foundSchema.parse(JSON.parse(output.trim().split('\n').at(-1) as string));
}
