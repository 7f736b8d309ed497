import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { HubError } from '../../../errors.js';
import { checkSpace, pipInstall, run, runSelfTest, type Tool } from '../../install/commands.js';
import { addonOf, ENGINE_FOLDER, findTfjs, TFJS_VERSION, type TfjsPackage } from '../tfjs-package.js';

/** Newest version against which the addon was compiled and tested. */
const TENSORFLOW_VERSION = '2.21.0';
/** Node's headers for addons, which some installations of Node lack. */
const HEADERS = 'node-api-headers@1.9.0';
/**
 * A CUDA library whose folder in the wheels is missing from TensorFlow's search path; without it TensorFlow finds no
 * graphics card. The addon is linked to it, so it is loaded before TensorFlow searches.
 */
const CUSOLVER = 'libcusolver.so.11';
/** Bytes of disk, downloads included. */
const BYTES = { cpu: 3e9, gpu: 12e9 } as const;

export interface InstallOptions {
  readonly gpu: boolean;
  /** Folder for all files; nothing else is changed. */
  readonly folder?: string;
  /** Programs to use. */
  readonly compiler: string;
  readonly python: string;
  readonly log: (line: string) => void;
}

const foundSchema = z.object({ version: z.string(), device: z.string() });
/** Output of the self-test: version and device of TensorFlow. */
export type SelfTestResult = z.output<typeof foundSchema>;

/**
 * Installs tfjs-node without its own download: the npm package, TensorFlow from its PyPI wheel, and the addon compiled
 * against it. Does nothing if it already works, and can be repeated after a failure.
 * @throws ENGINE_UNAVAILABLE with a remedy when a tool is missing or fails, or the disk is too full.
 */
export async function installTensorFlow(options: InstallOptions): Promise<SelfTestResult> {
  const { gpu, folder = ENGINE_FOLDER, log } = options;
  const name: TfjsPackage = gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  const present = await selfTest(folder, name).catch(() => null);
  if (present?.device === (gpu ? 'cuda' : 'cpu')) {
    log(`${name} is already installed and works.`);
    return present;
  }
  const tools = toolsOf(options);
  await checkTools(tools);
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
    // The CPU wheel needs no dependencies; the CUDA wheel needs CUDA's packages.
    await pipInstall(tools.python, python, [...(gpu ? [] : ['--no-deps']), wheel]);
  }

  log('Compiling the addon …');
  await compile(tools.compiler, folder, name);
  return selfTest(folder, name);
}

/** Removes everything that `installTensorFlow` installed. */
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

async function checkTools({ compiler, python }: ReturnType<typeof toolsOf>): Promise<void> {
  if (process.platform !== 'linux') {
    const advice = `install @tensorflow/tfjs-node@${TFJS_VERSION} next to the hub's packages: the hub uses it if its own download works.`;
    throw new HubError('ENGINE_UNAVAILABLE', `The addon is compiled on Linux alone. Elsewhere ${advice}`);
  }
  await run(compiler, ['--version']);
  await run(python, ['-m', 'pip', '--version']);
}

/** Removes an installation for the other kind of device. */
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
    // Relative paths, so that the folder can be moved.
    ...[tensorflow, cusolver].map((path) => `-Wl,-rpath,$ORIGIN/${relative(dirname(addon), path)}`),
    ...['-o', addon],
  ]);
}

/** Runs the self-test of an installation in a process of its own. @throws ENGINE_UNAVAILABLE when it fails. */
async function selfTest(folder: string, name: TfjsPackage): Promise<SelfTestResult> {
  if (findTfjs(folder)?.name !== name) throw new HubError('ENGINE_UNAVAILABLE', `${name} is not installed.`);
  return foundSchema.parse(await runSelfTest('tensorflow', folder));
}
