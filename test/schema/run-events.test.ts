import { expect, it } from 'vitest';
import { RunEvents } from '../../src/schema/run/run.events.js';
import type { RunProgressType } from '../../src/schema/run/run.type.js';

const RUN = 'run-1';
const progress = (done: number): RunProgressType => ({ runId: RUN, state: 'RUNNING', done });

/** What a listener hears next, or 'nothing' when it would wait. */
async function heard(listener: AsyncIterator<RunProgressType>): Promise<unknown> {
  const nothing = new Promise((resolve) => setImmediate(resolve, 'nothing'));
  return Promise.race([listener.next().then(({ value }) => value as unknown), nothing]);
}

it('a listener hears all that happens from the moment it subscribes, however late it begins to listen', async () => {
  const events = new RunEvents();
  const listener = events.subscribe(RUN)[Symbol.asyncIterator]();
  events.publish(progress(1));
  events.publish({ ...progress(2), runId: 'another' });
  events.publish(progress(3));
  expect([await heard(listener), await heard(listener), await heard(listener)]).toEqual([
    progress(1),
    progress(3),
    'nothing',
  ]);
});

it('every listener hears everything, until it has had enough', async () => {
  const events = new RunEvents();
  const listeners = [0, 1].map(() => events.subscribe(RUN)[Symbol.asyncIterator]());
  const first = listeners.map(heard);
  events.publish(progress(1));
  expect(await Promise.all(first)).toEqual([progress(1), progress(1)]);
  await listeners[0]!.return?.();
  events.publish(progress(2));
  expect(await Promise.all(listeners.map(heard))).toEqual([undefined, progress(2)]);
});
