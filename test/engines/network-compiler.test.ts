import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { NetworkCompiler } from '../../src/engines/network-compiler.js';
import { inWords } from '../../src/errors.js';
import { head } from '../../src/network/head.js';
import { writeSafetensors } from '../../src/network/safetensors.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import { initialWeights } from '../../src/training/initial-weights.js';
import { temporaryFolder } from '../storage/fixtures.js';
import { narrowBackboneFile } from '../support/narrow-backbone.js';
import { FEATURES } from '../support/serving-room.js';
import { smallDisk } from '../support/small-disk.js';
import { NETWORK_COMPILER_ENTRY } from '../support/test-hub.js';

it('a network that finds no room on the disk is refused as such, and leaves nothing there', async (context) => {
  const disk = await smallDisk(context, '64k');
  const folder = await temporaryFolder();
  const blobs = new FileBlobStore(folder);
  const weights = initialWeights(head(FEATURES, { classes: 3, hidden: 5, dropout: 0 }), 1);
  const network = {
    backboneBlob: (await blobs.put(narrowBackboneFile())).sha256,
    weightsBlob: (await blobs.put(writeSafetensors(weights))).sha256,
    quantizedBlob: null,
    size: { input: 8, image: 75 },
  };
  const compiler = new NetworkCompiler(folder, disk, NETWORK_COMPILER_ENTRY);
  const error: unknown = await compiler.compile(network).catch((reason: unknown) => reason);
  expect(inWords(error)).toMatchObject({ code: 'DISK_FULL' });
  expect(await readdir(disk)).toEqual([]);
});
