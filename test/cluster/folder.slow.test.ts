import { mkdtemp, rename, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { zipOf } from '../datasets/archives.js';
import type { ClassificationAnswer } from '../support/answers.js';
import { Cluster } from '../support/cluster.js';
import { colourImages, colourPhoto } from '../support/colour-images.js';
import type { HubProcess } from '../support/hub-process.js';
import { hasPostgres } from '../support/postgres-server.js';
import { QUICK } from '../support/recipes.js';
import { removeFolder } from '../support/remove-folder.js';

describe.skipIf(!hasPostgres)('processes whose blobs are in a shared folder', { timeout: 240_000 }, () => {
  let cluster: Cluster;
  let hub: HubProcess;
  /** Where other machines would mount what they share. */
  let mounts: string;

  beforeAll(async () => {
    mounts = await mkdtemp(join(tmpdir(), 'hub-mounts-'));
    cluster = await Cluster.open('folder');
    hub = await cluster.startFirst('--roles', 'api,serve');
    await vi.waitUntil(async () => (await hub.fetch('/ready')).ok, { timeout: 180_000 });
  }, 120_000);
  afterAll(async () => {
    await cluster?.remove();
    await removeFolder(mounts);
  });

  const labelOf = async (version: number): Promise<string> => {
    const photo = await colourPhoto('red', 99);
    const answer = await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, {
      ...{ model: 'colours', version },
    });
    return answer.classify.label;
  };

  it('may mount it under other paths: one trains what another registered, which serves the result', async () => {
    const mounted = join(mounts, 'elsewhere');
    await symlink(cluster.blobs, mounted, 'junction');
    const worker = await cluster.start('train', { options: ['--blobs', mounted] });
    const { id } = await hub.register('more', await zipOf(await colourImages({ seed: 3 })));
    const run = await hub.train({ datasetVersionId: id, recipe: QUICK });
    expect(run).toMatchObject({ state: 'SUCCEEDED' });
    expect(worker.log.some((line) => line.run === run.id)).toBe(true);
    await hub.registerModel(run.id, 'colours');
    await vi.waitFor(async () => expect(await labelOf(2)).toBe('red'), { timeout: 180_000, interval: 500 }); // once it is ready
  });

  it('are refused where it is another folder, or is not mounted', async () => {
    const other = await mkdtemp(join(mounts, 'other-'));
    await expect(cluster.start('train', { options: ['--blobs', other] })).rejects.toThrow(
      `${other} is not the shared folder of this hub: it has no file \\"owner\\".`,
    );
    const missing = join(mounts, 'missing');
    await expect(cluster.start('train', { options: ['--blobs', missing] })).rejects.toThrow(
      `The shared folder ${missing} cannot be used: reading owner failed (ENOENT`,
    );
    await expect(cluster.start('train', { options: ['--blobs', 's3://bucket/prefix'] })).rejects.toThrow(
      `The blobs of this hub are in ${cluster.blobs}, not in s3://bucket/prefix`,
    );
  });

  it('serve while it is away, store nothing, and do so again when it is back', async () => {
    const away = `${cluster.blobs}-away`;
    const archive = await zipOf(await colourImages({ train: 5, test: 2, seed: 4 }));
    await rename(cluster.blobs, away);
    await expect(hub.register('away', archive)).rejects.toMatchObject({ code: 'BLOBS_UNAVAILABLE' });
    expect(await labelOf(1)).toBe('red');
    await rename(away, cluster.blobs);
    await hub.register('back', archive);
  });
});
