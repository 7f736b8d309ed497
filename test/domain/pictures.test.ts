import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Pictures } from '../../src/domain/pictures.js';
import { BOUNDS } from '../../src/limits.js';

const PLACES = BOUNDS.pictureRequests.value;

/** Requests of tokens that render one picture each, and which of them have begun to. */
function requests(pictures: Pictures) {
  const begun: string[] = [];
  const ask = (tokenId: string, name: string) => {
    const leaving = new AbortController();
    const done = pictures.render({ tokenId, gone: leaving.signal }, async () => void begun.push(name));
    done.catch(() => undefined); // read below
    return { done, leave: () => leaving.abort() };
  };
  return { begun, ask };
}

async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await setImmediate();
}

it('requests of one token wait while as many of them as may be keep their pictures, and no other token waits', async () => {
  const { begun, ask } = requests(new Pictures(() => false));
  const first = Array.from({ length: PLACES }, (_, i) => ask('greedy', `greedy ${i}`));
  const late = ask('greedy', 'late');
  await settled();
  expect(begun).toEqual(first.map((_, i) => `greedy ${i}`));
  await ask('other', 'other').done;
  expect(begun.at(-1)).toBe('other');
  first[0]!.leave(); // answered
  await late.done;
  expect(begun.at(-1)).toBe('late');
});

it('a request that left while it waited renders nothing, and keeps no place', async () => {
  const { begun, ask } = requests(new Pictures(() => false));
  const first = Array.from({ length: PLACES }, (_, i) => ask('greedy', `greedy ${i}`));
  const [left, next] = [ask('greedy', 'left'), ask('greedy', 'next')];
  left.leave();
  await settled();
  first[0]!.leave();
  await expect(left.done).rejects.toThrow('aborted');
  await next.done;
  expect(begun).not.toContain('left');
});

it('one picture too many is refused', async () => {
  const pictures = new Pictures(() => false);
  const viewer = { tokenId: 'greedy', gone: new AbortController().signal };
  const { value } = BOUNDS.pictures;
  await pictures.render(viewer, async () => undefined, value);
  await pictures.render(viewer, async () => undefined, 0);
  await expect(pictures.render(viewer, async () => undefined)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
});

it('rendering pauses after each picture while photos wait for an answer, and the picture itself does not wait', async () => {
  let isServing = true;
  const pictures = new Pictures(() => isServing);
  const viewer = { tokenId: 'a', gone: new AbortController().signal };
  const took = 40;
  /** @returns milliseconds to the first of two pictures, and from there to the second. */
  const renderTwo = async (): Promise<[number, number]> => {
    const began = performance.now();
    const render = () => pictures.render(viewer, () => wait(took)).then(() => performance.now());
    const [first, second] = await Promise.all([render(), render()]);
    return [first! - began, second! - first!];
  };
  const [first, busy] = await renderTwo();
  expect(busy).toBeGreaterThan(3.5 * took);
  expect(first).toBeLessThan(busy);
  isServing = false;
  await wait(busy); // the pause after the second
  const [, calm] = await renderTwo();
  expect(calm).toBeLessThan(busy);
});
