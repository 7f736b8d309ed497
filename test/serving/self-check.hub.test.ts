import { afterAll, beforeAll, expect, it } from 'vitest';
import { TOLERANCE } from '../../src/serving/self-check.js';
import type { ServedVersion } from '../../src/serving/served-version.js';
import { noise } from '../datasets/archives.js';
import { MISSING, ServingRoom } from '../support/serving-room.js';

let room: ServingRoom;
/** A version and photos with its answers. */
let version: ServedVersion;
let recorded: string;

beforeAll(async () => {
  room = await ServingRoom.open();
  version = await room.seeing(1);
  const photos = await Promise.all([1, 2, 3].map((seed) => noise(seed, 40, 30).jpeg().toBuffer()));
  recorded = await room.inMemory().record(version, photos);
});
afterAll(() => room.remove());

const expecting = (blob: string, changes: Partial<ServedVersion> = {}): ServedVersion => ({
  ...version,
  expected: { blob, tolerance: TOLERANCE.FP32 },
  ...changes,
});

/** The recorded answers after something was done to the last of them. */
async function altered(change: (last: { photo: string; probabilities: number[] }) => void): Promise<string> {
  const answers = JSON.parse((await room.blobs.get(recorded)).toString('utf8'));
  change(answers.at(-1));
  return (await room.blobs.put(Buffer.from(JSON.stringify(answers)))).sha256;
}

it('a version that answers as it did when its answers were recorded serves', async () => {
  const before = room.loaded;
  const { selfCheck, letGo } = await room.inMemory().hold(expecting(recorded));
  expect(selfCheck).toBe('PASSED');
  await letGo();
  expect(room.loaded).toBe(before);
});

it('a version without recorded answers serves, and says that it could not be checked', async () => {
  const deployments = await room.serving(version);
  expect(deployments.list()).toMatchObject([{ alias: 'production', selfCheck: 'NOT_POSSIBLE' }]);
});

it.each<[string, () => Promise<ServedVersion>, object]>([
  [
    'that expects another answer',
    async () => expecting(await altered(({ probabilities }) => (probabilities[2]! += 0.02))),
    { code: 'SELF_CHECK_FAILED', details: { photo: 3, photos: 3, label: 'cat', tolerance: TOLERANCE.FP32 } },
  ],
  [
    'that expects fewer classes',
    async () => expecting(recorded, { labels: version.labels.slice(1) }),
    { code: 'SELF_CHECK_FAILED' },
  ],
  [
    'that expects more classes',
    async () => expecting(await altered(({ probabilities }) => probabilities.push(0))),
    { code: 'SELF_CHECK_FAILED' },
  ],
  [
    'whose weights are those of another',
    async () => expecting(recorded, { weightsBlob: (await room.seeing(2, 99)).weightsBlob }),
    { code: 'SELF_CHECK_FAILED', details: { photo: 1 } },
  ],
  ['whose recorded answers are gone', async () => expecting(MISSING), { code: 'NOT_FOUND' }],
])('a version %s is refused, holds no memory, and production stays', async (_, unfit, error) => {
  const serving = await room.version(5);
  const deployments = await room.serving(serving);
  const before = room.loaded;
  await expect(deployments.prepare(await unfit())).rejects.toMatchObject(error);
  expect(room.loaded).toBe(before);
  expect(deployments.get('pets', 'production').version).toBe(serving);
});

it('a difference within the tolerance of the version is allowed', async () => {
  const blob = await altered(({ probabilities }) => (probabilities[2]! += 0.02));
  const { selfCheck, letGo } = await room.inMemory().hold(expecting(blob, { expected: { blob, tolerance: 0.05 } }));
  expect(selfCheck).toBe('PASSED');
  await letGo();
});
