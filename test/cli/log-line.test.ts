import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { LogLine } from '../../src/cli/log-line.js';

it('a line in a log says results without colors, and progress only after half a minute', () => {
  let now = 0;
  const stream = new PassThrough();
  const line = new LogLine(stream, 'Run', () => now);
  line.start();
  line.text = 'Run, training: 1 of 100';
  now = 29_999;
  line.text = 'Run, training: 30 of 100';
  expect(stream.read()).toBeNull();
  now = 30_000;
  line.text = 'Run, training: 31 of 100';
  now = 59_999;
  line.text = 'Run, training: 60 of 100';
  line.succeed('Run 1: test accuracy 70%');
  line.start('Promoting').warn('Not promoted');
  line.start('Classifying').stop();
  expect(String(stream.read()).split('\n')).toEqual([
    'Run, training: 31 of 100',
    '✔ Run 1: test accuracy 70%',
    '⚠ Not promoted',
    '',
  ]);
});
