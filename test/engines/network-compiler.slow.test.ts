import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { compileNetwork } from '../../src/engines/compile-network.js';
import { type CompileJob, NetworkCompiler } from '../../src/engines/network-compiler.js';
import type { ClassifierNetwork } from '../../src/engines/network-thread-messages.js';
import { weightsBeside } from '../../src/engines/onnx/session.js';
import { toHubError } from '../../src/errors.js';
import { head } from '../../src/network/head.js';
import { writeSafetensors } from '../../src/network/safetensors.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import { initialWeights } from '../../src/training/initial-weights.js';
import { temporaryFolder } from '../storage/fixtures.js';
import { narrowBackboneFile } from '../support/narrow-backbone.js';
import { FEATURES } from '../support/serving-room.js';
import { smallDisk } from '../support/small-disk.js';
import { compile } from '../support/test-runner.js';

/** A narrow network in blobs of its own. */
async function narrowNetwork(folder: string, seed: number): Promise<ClassifierNetwork> {
  const blobs = new FileBlobStore(folder);
  const weights = initialWeights(head(FEATURES, { classes: 3, hidden: 5, dropout: 0 }), seed);
  return {
    backboneBlob: (await blobs.put(narrowBackboneFile())).sha256,
    weightsBlob: (await blobs.put(writeSafetensors(weights))).sha256,
    quantizedBlob: null,
    size: { input: 8, image: 75 },
  };
}

/** A compiler on a folder, and how many networks it has built. */
function compilerIn(folder: string) {
  const blobs = new FileBlobStore(folder);
  const networks = join(folder, 'networks');
  const build = vi.fn((job: CompileJob) => compileNetwork(job, blobs));
  return { networks, build, compiler: new NetworkCompiler({ folder }, { networks, temporary: folder }, build) };
}

it('a network stays built for the next process, and is gone when others were let go of since', async () => {
  const folder = await temporaryFolder();
  const networks = [];
  for (const seed of [1, 2, 3]) networks.push(await narrowNetwork(folder, seed));
  const [first, second, third] = networks as [ClassifierNetwork, ClassifierNetwork, ClassifierNetwork];
  const before = compilerIn(folder);
  const made = await before.compiler.compile(first);
  expect(await before.compiler.compile(first), 'while it is loaded').toEqual(made);
  before.compiler.close();
  for (let user = 0; user < 2; user++) await before.compiler.letGo(first, true);

  const { compiler, build, networks: place } = compilerIn(folder);
  expect(await compiler.compile(first)).toEqual(made);
  expect([before.build, build].map(({ mock }) => mock.calls.length)).toEqual([1, 0]);
  for (const network of [second, third]) {
    await compiler.compile(network);
    await compiler.letGo(network, true);
  }
  expect(await readdir(place), 'one that is loaded, and two more').toHaveLength(3);
  await compiler.letGo(first, true);
  expect(await readdir(place)).toHaveLength(2);
  await compiler.compile(second);
  expect(build).toHaveBeenCalledTimes(3);
});

it('a network that is damaged, or was not sound, is built again', async () => {
  const folder = await temporaryFolder();
  const network = await narrowNetwork(folder, 1);
  const first = compilerIn(folder);
  const { file } = await first.compiler.compile(network);
  const weights = await readFile(weightsBeside(file));
  await writeFile(weightsBeside(file), weights.fill(1, 0, 1));

  const second = compilerIn(folder);
  await second.compiler.compile(network);
  expect(second.build).toHaveBeenCalledOnce();
  await second.compiler.letGo(network, false);
  expect(await readdir(second.networks)).toEqual([]);
  await second.compiler.compile(network);
  expect(second.build).toHaveBeenCalledTimes(2);
});

it('a network that finds no room on the disk is refused as such, and leaves nothing there', async (context) => {
  const disk = await smallDisk(context, '64k');
  const folder = await temporaryFolder();
  const network = await narrowNetwork(folder, 1);
  const compiler = new NetworkCompiler({ folder }, { networks: join(disk, 'networks'), temporary: disk }, compile);
  const error: unknown = await compiler.compile(network).catch((reason: unknown) => reason);
  expect(toHubError(error)).toMatchObject({ code: 'DISK_FULL' });
  expect(await readdir(disk)).toEqual([]);
});
