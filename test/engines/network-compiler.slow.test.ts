import { readdir } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { compileNetwork } from '../../src/engines/compile-network.js';
import { NetworkCompiler } from '../../src/engines/network-compiler.js';
import type { ClassifierNetwork } from '../../src/engines/network-thread-messages.js';
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

it('a network that was let go of stays built for a while, and is gone when others were or the hub ends', async () => {
  const [folder, files] = [await temporaryFolder(), await temporaryFolder()];
  const blobs = new FileBlobStore(folder);
  const compiler = new NetworkCompiler({ folder }, files, (job) => compileNetwork(job, blobs));
  const networks = [];
  for (const seed of [1, 2, 3]) networks.push(await narrowNetwork(folder, seed));
  const [first, second, third] = networks as [ClassifierNetwork, ClassifierNetwork, ClassifierNetwork];

  const made = await compiler.compile(first);
  expect(await readdir(files), 'the network and its weights').toHaveLength(2);
  await compiler.letGo(first, made, true);
  expect(await compiler.compile(first)).toBe(made);
  const other = await compiler.compile(first); // while the first one is in use
  expect(other.file).not.toBe(made.file);
  await compiler.letGo(first, made, true);
  await compiler.letGo(first, other, false);
  expect(await readdir(files), 'one that was not sound is not kept').toHaveLength(2);

  for (const network of [second, third]) await compiler.letGo(network, await compiler.compile(network), true);
  await vi.waitFor(async () => expect(await readdir(files)).toHaveLength(4));
  expect((await compiler.compile(first)).file).not.toBe(made.file);
  await compiler.close();
  expect(await readdir(files), 'what is loaded still').toHaveLength(2);
});

it('a network that finds no room on the disk is refused as such, and leaves nothing there', async (context) => {
  const disk = await smallDisk(context, '64k');
  const folder = await temporaryFolder();
  const network = await narrowNetwork(folder, 1);
  const compiler = new NetworkCompiler({ folder }, disk, compile);
  const error: unknown = await compiler.compile(network).catch((reason: unknown) => reason);
  expect(toHubError(error)).toMatchObject({ code: 'DISK_FULL' });
  expect(await readdir(disk)).toEqual([]);
});
