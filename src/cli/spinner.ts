import ora from 'ora';
import type { Line } from './line.js';
import { LogLine } from './log-line.js';
import { terminal } from './terminal.js';

/** A line on standard error, which is not started yet: a spinner, or plain text where no person watches. */
export function spinner(text = ''): Line {
  const stream = terminal().stderr as NodeJS.WriteStream;
  const watched = stream.isTTY && process.env.TERM !== 'dumb' && !('CI' in process.env);
  return watched ? ora({ text, stream }) : new LogLine(stream, text);
}
