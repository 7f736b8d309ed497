import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Answerer } from '../../src/serving/answer.js';
import { RolloutFigures } from '../../src/serving/rollout-figures.js';
import { Rollouts } from '../../src/serving/rollouts.js';
import type { ServingBounds } from '../../src/serving/serving-bounds.js';
import { noise } from '../datasets/archives.js';
import { classify, PRODUCTION, pixelsOf, ServingRoom } from '../support/serving-room.js';

/** Bytes of a picture. */
const PICTURE = 8 * 8 * 3;

let room: ServingRoom;
let photo: Buffer;
beforeAll(async () => {
  room = await ServingRoom.open();
  photo = await noise(1, 40, 30).jpeg().toBuffer();
});
afterAll(() => room.remove());

/** A canary that answers every request, and what is counted of it. */
async function canary(
  changes: { readonly size?: { readonly input: number; readonly image: number } } = {},
  bounds: Partial<ServingBounds> = {},
): Promise<{ answerer: Answerer; figures: RolloutFigures }> {
  const present = await room.version(1, { leaning: [9, 0, 0, 0] });
  const deployments = await room.serving(present);
  const loaded = room.loadedBy(deployments);
  const rollouts = new Rollouts(loaded, deployments);
  const version = await room.version(2, { leaning: [0, 9, 0, 0], ...changes });
  const figures = new RolloutFigures(null);
  rollouts.begin({
    ...{ id: 'rollout', alias: 'production', mode: 'CANARY', share: 1, maxErrorRate: 1, maxSlowdown: 1000 },
    candidate: await loaded.hold(version),
    figures,
  });
  return { answerer: room.answerer(deployments, bounds, { rollouts }), figures };
}

describe('a canary', () => {
  it('counts requests with encoded photos and with pixels alike', async () => {
    const { answerer, figures } = await canary();
    expect((await classify(answerer, photo)).label).toBe('bee');
    const { answers } = await answerer.answer(pixelsOf(new Uint8Array(2 * PICTURE), 2), PRODUCTION);
    expect(answers.map(({ label }) => label)).toEqual(['bee', 'bee']);
    expect(figures.candidate).toMatchObject({ answers: 2, errors: 0 });
    expect(figures.present).toMatchObject({ answers: 0, errors: 0 });
  });

  it('of another size answers photos, and no pixels', async () => {
    const { answerer, figures } = await canary({ size: { input: 10, image: 75 } });
    expect((await classify(answerer, photo)).label).toBe('bee');
    const { answers } = await answerer.answer(pixelsOf(new Uint8Array(PICTURE), 1), PRODUCTION);
    expect(answers[0].label).toBe('ant');
    expect([figures.candidate.answers, figures.present.answers]).toEqual([1, 1]);
  });

  it('is not blamed for a request that cannot be read, nor for a deadline of the caller', async () => {
    const { answerer, figures } = await canary();
    const broken = { form: 'encoded', read: () => Promise.reject(new Error('connection reset')) } as const;
    await expect(answerer.answer(broken, PRODUCTION)).rejects.toThrow('connection reset');
    const hasty = { form: 'encoded', read: async () => ({ bytes: photo, count: 1, deadline: 0.01 }) } as const;
    await expect(answerer.answer(hasty, PRODUCTION)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await expect(classify(answerer, Buffer.from('GIF'))).rejects.toMatchObject({ code: 'IMAGE_REFUSED' });
    expect(figures.total).toBe(0);
  });

  it("is blamed for the hub's own deadline, once", async () => {
    const { answerer, figures } = await canary({}, { servingDeadline: 50 });
    const release = room.holdUp();
    await expect(classify(answerer, photo)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    release();
    await vi.waitUntil(() => room.computing === 0, { timeout: 60_000 });
    expect(figures.candidate).toMatchObject({ answers: 0, errors: 1 });
  });
});
