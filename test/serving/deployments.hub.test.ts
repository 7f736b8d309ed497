import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HubError } from '../../src/errors.js';
import type { Deployments } from '../../src/serving/deployments.js';
import type { ServedVersion } from '../../src/serving/served-version.js';
import { FEATURES, MISSING, ServingRoom } from '../support/serving-room.js';

let room: ServingRoom;

beforeAll(async () => {
  room = await ServingRoom.open();
});
afterAll(() => room.remove());

/** The number of the version that answers. */
async function answering(deployments: Deployments, alias = 'production'): Promise<number> {
  const { version, network, letGo } = await deployments.hold('pets', { alias });
  const { input } = version.size;
  expect(await network.run(new Uint8Array(input * input * 3), 1)).toHaveLength(version.labels.length);
  await letGo();
  return version.number;
}

describe('a deployment', () => {
  it('answers with the version that its alias points to, and unloads the one before', async () => {
    const before = room.loaded;
    const deployments = await room.serving(await room.version(1));
    expect(await answering(deployments)).toBe(1);
    await (await deployments.prepare(await room.version(2))).switchTo('production');
    expect(await answering(deployments)).toBe(2);
    expect(deployments.list().map(({ alias, version: { number } }) => [alias, number])).toEqual([['production', 2]]);
    expect(room.loaded - before).toBe(1);
  });

  it('serves the old version until the new one, which is loaded, is switched to', async () => {
    const before = room.loaded;
    const deployments = await room.serving(await room.version(1));
    const { switchTo } = await deployments.prepare(await room.version(2));
    expect(room.loaded - before).toBe(2);
    expect(await answering(deployments)).toBe(1);
    await switchTo('production');
    expect(await answering(deployments)).toBe(2);
  });

  it('keeps a version for who holds it over a switch, and unloads it when the last lets go', async () => {
    const before = room.loaded;
    const [old, next] = [await room.version(1, { leaning: [9, 0, 0, 0] }), await room.version(2)];
    const deployments = await room.serving(old);
    const { version, network, letGo } = await deployments.hold('pets', { alias: 'production' });
    await (await deployments.prepare(next)).switchTo('production');
    expect(await answering(deployments)).toBe(2);
    expect(room.loaded - before, 'the old one is still needed').toBe(2);
    expect(version).toBe(old);
    expect((await network.run(new Uint8Array(8 * 8 * 3), 1))[0]).toBeGreaterThan(0.99);
    await letGo();
    expect(room.loaded - before, 'nobody needs the old one any more').toBe(1);
  });

  it('of one version under two aliases loads it once, and keeps it until both have left it', async () => {
    const [loads, loaded] = [room.loads, room.loaded];
    const [shared, next] = [await room.version(1), await room.version(2)];
    const deployments = await room.serving(shared);
    await (await deployments.prepare(shared)).switchTo('candidate');
    expect(room.loads - loads).toBe(1);
    await (await deployments.prepare(next)).switchTo('production');
    expect(await answering(deployments, 'candidate')).toBe(1);
    await (await deployments.prepare(next)).switchTo('candidate');
    expect(await answering(deployments, 'candidate')).toBe(2);
    expect(room.loaded - loaded).toBe(1);
  });

  it('switched to the version that it has goes on serving it', async () => {
    const same = await room.version(1);
    const deployments = await room.serving(same, same);
    expect(await answering(deployments)).toBe(1);
  });
});

describe('a version that was prepared and given up', () => {
  it('is unloaded, and what served goes on serving', async () => {
    const before = room.loaded;
    const deployments = await room.serving(await room.version(1));
    const { abandon } = await deployments.prepare(await room.version(2));
    expect(room.loaded - before).toBe(2);
    await abandon();
    expect(room.loaded - before).toBe(1);
    expect(await answering(deployments)).toBe(1);
  });

  it('stays loaded when it serves', async () => {
    const same = await room.version(1);
    const deployments = await room.serving(same);
    await (await deployments.prepare(same)).abandon();
    expect(await answering(deployments)).toBe(1);
  });
});

describe('a version that cannot serve', () => {
  it.each<[string, () => Promise<ServedVersion>, object]>([
    ['whose head is gone', () => room.version(2, { weightsBlob: MISSING }), { code: 'NOT_FOUND' }],
    ['whose backbone is gone', () => room.version(2, { backboneBlob: MISSING }), { code: 'NOT_FOUND' }],
    [
      'whose head is a backbone',
      () => room.version(2, { weightsBlob: room.backboneBlob }),
      { code: 'WEIGHTS_REFUSED' },
    ],
    ['whose head takes other features', () => room.version(2, { features: FEATURES + 1 }), { name: 'Error' }],
  ])('%s is refused, holds no memory, and the old one goes on serving', async (_, unfit, error) => {
    const before = room.loaded;
    const deployments = await room.serving(await room.version(1));
    await expect(deployments.prepare(await unfit())).rejects.toMatchObject(error);
    expect(await answering(deployments)).toBe(1);
    expect(room.loaded - before).toBe(1);
  });

  it('is tried anew the next time, and serves when it is whole by then', async () => {
    const deployments = await room.serving();
    await expect(deployments.prepare(await room.version(1, { weightsBlob: MISSING }))).rejects.toThrow(MISSING);
    await (await deployments.prepare(await room.version(1))).switchTo('production');
    expect(await answering(deployments)).toBe(1);
  });

  it('is refused to all who wait for it at the same time', async () => {
    const unfit = await room.version(1, { weightsBlob: MISSING });
    const deployments = await room.serving();
    const outcomes = await Promise.allSettled([deployments.prepare(unfit), deployments.prepare(unfit)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

describe('an alias that nothing serves', () => {
  it.each([
    ['pets', 'canary'],
    ['plants', 'production'],
  ])('%s@%s is answered with NOT_DEPLOYED and what to do', async (model, alias) => {
    const deployments = await room.serving(await room.version(1));
    const refusal = {
      code: 'NOT_DEPLOYED',
      message: `Nothing serves ${model}@${alias}: promote a version of this model first.`,
      details: { model, alias },
    };
    await expect(deployments.hold(model, { alias })).rejects.toMatchObject(refusal);
  });

  it('says why, when what it points to could not be loaded', async () => {
    const deployments = await room.serving();
    deployments.failed('production', await room.version(1), new HubError('NOT_FOUND', 'There is no blob.'));
    await expect(deployments.hold('pets', { alias: 'production' })).rejects.toMatchObject({
      code: 'NOT_DEPLOYED',
      message: 'Nothing serves pets@production: what it points to cannot serve: There is no blob.',
    });
    await (await deployments.prepare(await room.version(1))).switchTo('production');
    expect(await answering(deployments)).toBe(1);
  });
});

describe('an alias that was removed', () => {
  it('is refused with the time, keeps its version for who holds it, and serves again after a switch', async () => {
    const before = room.loaded;
    const deployments = await room.serving(await room.version(1));
    const { version, network, letGo } = await deployments.hold('pets', { alias: 'production' });
    const at = new Date('2026-01-02T03:04:05.678Z');
    await deployments.remove('pets', 'production', at);
    expect(deployments.list()).toEqual([]);
    await expect(deployments.hold('pets', { alias: 'production' })).rejects.toMatchObject({
      code: 'NOT_DEPLOYED',
      message:
        'Nothing serves pets@production: the alias was removed at 2026-01-02T03:04:05.678Z. Promote a version, or roll the alias back.',
      details: { model: 'pets', alias: 'production', removedAt: at },
    });
    const { input } = version.size;
    expect(await network.run(new Uint8Array(input * input * 3), 1)).toHaveLength(version.labels.length);
    await letGo();
    expect(room.loaded - before).toBe(0);
    await (await deployments.prepare(await room.version(2))).switchTo('production');
    expect(await answering(deployments)).toBe(2);
  });
});

describe('a version that is asked for by its number', () => {
  /** Asks and lets go. */
  const ask = async (deployments: Deployments, version: number): Promise<void> => {
    await (await deployments.hold('pets', { version })).letGo();
  };

  it('is loaded for it, and stays loaded until another one is asked for', async () => {
    const [loads, loaded] = [room.loads, room.loaded];
    const deployments = await room.serving(await room.version(1));
    for (const number of [2, 3]) await room.version(number);
    await ask(deployments, 2);
    await ask(deployments, 2);
    expect([room.loads - loads, room.loaded - loaded]).toEqual([2, 2]);
    await ask(deployments, 3);
    expect(room.loads - loads).toBe(3);
    await vi.waitFor(() => expect(room.loaded - loaded, 'production and version 3').toBe(2));
  });

  it('is not loaded once more when it serves an alias', async () => {
    const loads = room.loads;
    const deployments = await room.serving(await room.version(1));
    await ask(deployments, 1);
    expect(room.loads - loads).toBe(1);
  });

  it('is tried anew when it could not be loaded', async () => {
    const deployments = await room.serving();
    await room.version(7, { weightsBlob: MISSING });
    await expect(ask(deployments, 7)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await room.version(7);
    await ask(deployments, 7);
  });
});

it('a hub that shuts down fails whatever is asked of it, so that nobody waits for ever', {
  timeout: 10_000,
}, async () => {
  const inMemory = room.inMemory();
  const { network } = await inMemory.hold(await room.version(1));
  await inMemory.close();
  await expect(network.run(new Uint8Array(8 * 8 * 3), 1)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
});

// A thread that is terminated while it computes aborts the process, and with it all tests.
it('a hub that shuts down during a computation fails it at once, and ends in order', { timeout: 180_000 }, async () => {
  for (let round = 0; round < 2; round++) {
    const inMemory = room.inMemory();
    const { network } = await inMemory.hold(await room.version(1));
    const n = 2000;
    const answer = network.run(new Uint8Array(n * 8 * 8 * 3), n);
    const refused = expect(answer).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    await inMemory.close();
    await refused;
  }
});
