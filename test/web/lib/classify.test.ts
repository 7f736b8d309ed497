import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { curlOf } from '../../../web/src/lib/curl';
import { blobOf } from '../../../web/src/lib/data-url';
import { marginOf, marginText } from '../../../web/src/lib/sureness';
import { nameOfTarget, parseTarget } from '../../../web/src/lib/target';

const answer = (...probabilities: readonly number[]) => ({
  top: probabilities.map((probability, i) => ({ label: `c${i}`, probability })),
});

it('gives the margin of the first class, and says when it is narrow', () => {
  expect(marginOf(answer(0.7, 0.2))).toBeCloseTo(0.5);
  expect(marginText(answer(0.7, 0.2))).toBe('50.0 points ahead of c1.');
  expect(marginText(answer(0.5, 0.45))).toBe('Uncertain: only 5.0 points ahead of c1.');
  expect(marginText(answer(1))).toBe('The model has no other class.');
});

it.skipIf(process.platform === 'win32')('quotes a command for the shell', () => {
  const command = curlOf({ hub: 'http://hub', model: 'm', alias: 'production', file: `it's "1".jpg` });
  const words = execFileSync('/bin/sh', ['-c', `curl() { printf '%s\\n' "$@"; }; TOKEN=t; ${command}`], {
    encoding: 'utf8',
  }).split('\n');
  expect(words).toContain('http://hub/v1/classify?model=m&alias=production');
  expect(words).toContain('Authorization: Bearer t');
  expect(words).toContain(String.raw`image=@"it's \"1\".jpg"`);
});

it('names a target, and parses such a name', () => {
  for (const target of [
    { model: 'm', alias: 'production' },
    { model: 'm', version: 3 },
  ]) {
    expect(parseTarget(nameOfTarget(target))).toEqual(target);
  }
  for (const text of ['', 'm', 'm@', 'm:', 'm:x', '@a', ':3']) expect(parseTarget(text), text).toBeNull();
});

it('reads the content of a data URL', async () => {
  const blob = blobOf(`data:image/png;base64,${Buffer.from([0, 255, 7]).toString('base64')}`);
  expect(blob.type).toBe('image/png');
  expect([...new Uint8Array(await blob.arrayBuffer())]).toEqual([0, 255, 7]);
});
