import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { HubError } from '../../../errors.js';
import { checkSpace, pipInstall, run, runSelfTest, type Tool } from '../../install/commands.js';
import { findOpenVino, hasKoffi, OPENVINO_FOLDER, OPENVINO_VERSION } from '../find-openvino.js';

/** SHA-256 of the wheels for Linux (x64, arm64), macOS (arm64) and Windows (x64): pip refuses any other. */
const WHEELS = [
  '6b4375c17ddcac83a5180349e2e2bb811185c261066e2a920659892d58ef0e3b',
  '82efccb2f9f1bdc7e5a1996e05a3b719ebff9232dd54b44150d6d2e983a86b7d',
  '726ac547b8474a5e7b145bc1ae5a8bb6fbcbb60b79bd9a611c67eec2c74b7a5f',
  '4e04316abff1b99e29b8cbd38deaef9bde4739eba216d982d4b3981e456ecd87',
];
/** The Python that the wheels are for. The C library needs none, so it need not be the one whose pip fetches it. */
const BUILT_FOR = '3.12';
/** Bytes of disk, the download included. */
const BYTES = 400e6;

export interface InstallOptions {
  /** Folder for all files; nothing else is changed. */
  readonly folder?: string;
  /** Python whose pip fetches the wheel. */
  readonly python: string;
  readonly log: (line: string) => void;
}

const foundSchema = z.object({ version: z.string(), capabilities: z.array(z.string()) });
/** Output of the self-test: version, and what the processor computes fast. */
export type SelfTestResult = z.output<typeof foundSchema>;

/**
 * Installs OpenVINO's C library from its PyPI wheel. Does nothing if it already works, and can be repeated after a failure.
 * @throws ENGINE_UNAVAILABLE with a remedy when pip is missing or fails, or the disk is too full.
 */
export async function installOpenVino(options: InstallOptions): Promise<SelfTestResult> {
  const { folder = OPENVINO_FOLDER, log } = options;
  if (!hasKoffi()) {
    const remedy = 'Run "npm install" again; npm leaves it out where it has no binary for this system.';
    throw new HubError(
      'ENGINE_UNAVAILABLE',
      `The npm package koffi, which calls OpenVINO, is not installed. ${remedy}`,
    );
  }
  const present = await selfTest(folder).catch(() => null);
  if (present?.version === OPENVINO_VERSION) {
    log('OpenVINO is already installed and works.');
    return present;
  }
  const python: Tool = {
    command: options.python,
    remedy: `a Python with pip is needed, on Linux x64 or arm64, macOS on Apple silicon, or Windows x64: for those PyPI has OpenVINO ${OPENVINO_VERSION}. Name another Python with --python.`,
  };
  await run(python, ['-m', 'pip', '--version']);
  await removeOpenVino(folder);
  await mkdir(folder, { recursive: true });
  await checkSpace(folder, BYTES);
  const wheel = `openvino==${OPENVINO_VERSION}`;
  log(`pip: ${wheel} …`);
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, `${[wheel, ...WHEELS.map((hash) => `--hash=sha256:${hash}`)].join(' ')}\n`);
  const which = ['--only-binary=:all:', '--python-version', BUILT_FOR, '--implementation', 'cp'];
  await pipInstall(python, folder, ['--no-deps', '--require-hashes', ...which, '-r', requirements]);
  return selfTest(folder);
}

/** Removes everything that `installOpenVino` installed. */
export async function removeOpenVino(folder: string = OPENVINO_FOLDER): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Runs the self-test of an installation in a process of its own. @throws ENGINE_UNAVAILABLE when it fails. */
async function selfTest(folder: string): Promise<SelfTestResult> {
  if (!findOpenVino(folder)) throw new HubError('ENGINE_UNAVAILABLE', 'OpenVINO is not installed.');
  return foundSchema.parse(await runSelfTest('openvino', folder));
}
