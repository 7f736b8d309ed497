import { readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { colourPhoto } from '../support/colour-images.js';
import { HubProcess } from '../support/hub-process.js';
import { ERROR } from '../support/hub-user.js';
import { TestHub } from '../support/test-hub.js';
import { archiveCases } from './archives.js';
import type { HostileCase } from './hostile-case.js';
import { imageCases } from './images.js';
import { pickleCases } from './pickles.js';
import { requestCases } from './requests.js';
import { weightCases } from './weights.js';

/** Bytes by which no attack may let the hub's process grow beyond what it takes for an honest user. */
const GROWTH = 700e6;

/** Made the hub's data; its folders are used on. */
let maker: TestHub;
let hub: HubProcess;
let photo: Buffer;
let honestPeak: number;

beforeAll(async () => {
  maker = await TestHub.startWithColours();
  await maker.ask('create-dataset', { name: 'hostile' });
  await maker.stop();
  hub = await HubProcess.start(maker.data, '--allow', maker.allowed);
  photo = await colourPhoto('red', 1);
  await vi.waitUntil(async () => (await witness()) === 'ok', { timeout: 60_000 }); // its version is loaded a moment later
  honestPeak = await peakMemory();
});
afterAll(async () => {
  await hub?.end('SIGKILL');
  await maker.remove();
});

/** An honest user, who must notice nothing. */
async function witness(): Promise<string> {
  return hub.send('classify', 'image', photo, { model: 'colours' }).then(
    () => 'ok',
    (error: Error) => error.message,
  );
}

/** The largest resident memory that the hub has had, in bytes. Linux alone tells. */
async function peakMemory(): Promise<number> {
  const status = await readFile(`/proc/${hub.pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

const KINDS: [string, () => Promise<HostileCase[]> | HostileCase[], number][] = [
  ['requests', requestCases, 120],
  ['images', imageCases, 80],
  ['archives', archiveCases, 110],
  ['pickles', pickleCases, 40],
  ['weight files', () => weightCases(maker.allowed), 30],
];

describe('hostile', () => {
  it.each(KINDS)(
    '%s are each answered with a code, in bounded memory, while others are served',
    { timeout: 90_000 },
    async (_, make, atLeast) => {
      const before = await readdir(dirname(maker.data));
      const logged = hub.log.length;
      const cases = await make();
      expect(cases.length).toBeGreaterThanOrEqual(atLeast);
      const wrong: string[] = [];
      let served = 0;
      for (const { name, attack, answers } of cases) {
        const [answer, honest] = await Promise.all([
          attack(hub).catch((error: Error) => ({ code: 'NO_ANSWER', message: String(error.cause ?? error) })),
          witness(),
        ]);
        if (!answers.includes(answer.code)) wrong.push(`${name}: ${answer.code} ${answer.message.slice(0, 200)}`);
        if (honest === 'ok') served += 1;
        else wrong.push(`${name}: an honest user was told ${honest}`);
      }
      expect(wrong).toEqual([]);
      expect(served).toBe(cases.length);
      expect((await peakMemory()) - honestPeak).toBeLessThan(GROWTH);
      expect(hub.log.slice(logged).filter(({ level }) => level >= ERROR)).toEqual([]); // none was an accident
      expect(await readdir(dirname(maker.data))).toEqual(before);
    },
  );
});
