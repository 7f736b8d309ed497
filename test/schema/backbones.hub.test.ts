import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HubError } from '../../src/errors.js';
import { KERAS_HEADS, kerasHead } from '../support/keras-heads.js';
import { TestHub } from '../support/test-hub.js';

const MODEL = kerasHead(KERAS_HEADS[0]!.name);

let hub: TestHub;
beforeAll(async () => {
  hub = await TestHub.start();
});
afterAll(() => hub.remove());

const upload = (name: string, content: Uint8Array, given: object = {}): Promise<unknown> =>
  hub.send('add-backbone', 'upload', content, { name, ...given });
const refused = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'not refused',
    ({ code, message }: HubError) => ({ code, message }),
  );

describe('an uploaded weight file', () => {
  it('becomes a backbone that says where it comes from, as the same file on the server does', async () => {
    expect(await upload('sent', MODEL)).toMatchObject({
      addBackbone: { name: 'sent', source: expect.stringMatching(/^file, uploaded by first/) },
    });
    const path = await hub.file('model.h5', MODEL);
    expect(await refused(hub.ask('add-backbone', { name: 'again', path }))).toEqual({
      code: 'CONFLICT',
      message: 'The backbone sent has this name or these weights already.',
    });
  });

  it.each([
    ['that is none', 'mine', Buffer.from('no weights'), 'WEIGHTS_REFUSED', /not a Keras file of InceptionV3/],
    ['with the name of built-in weights', 'imagenet', MODEL, 'BAD_INPUT', /name of built-in weights/],
  ])('%s is refused, and leaves no file behind', async (_, name, content, code, message) => {
    expect(await refused(upload(name, content))).toEqual({ code, message: expect.stringMatching(message) });
    expect(await readdir(join(hub.data, 'downloads')).catch(() => [])).toEqual([]);
  });

  it('is refused beside a path', async () => {
    expect(await refused(upload('both', MODEL, { path: '/x' }))).toEqual({
      code: 'BAD_INPUT',
      message: 'Give upload or path, not both.',
    });
  });
});
