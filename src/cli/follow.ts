import { printable } from '../datasets/names.js';
import { HubError } from '../errors.js';
import type { HubClient } from './client.js';
import { bytes, count, duration, percent } from './format.js';
import type { Line } from './line.js';
import { Meter } from './progress.js';
import { RUN, RUN_EVENTS, type Run, type RunEvent } from './requests/run.js';
import { terminal } from './terminal.js';

export interface FollowOptions {
  readonly title?: string;
  /** Whether to print log messages and epochs as lines. */
  readonly lines?: boolean | undefined;
  /** Stops following; the run continues. */
  readonly signal?: AbortSignal;
}

/**
 * Shows the progress of a run until it ends.
 * @throws RUN_FAILED or RUN_CANCELLED when it did not succeed, with the reason; INTERRUPTED when the signal is aborted.
 */
export async function followToEnd(
  client: HubClient,
  id: string,
  line: Line,
  options: FollowOptions = {},
): Promise<Run> {
  const { title = 'Run', lines = false, signal } = options;
  line.start(title);
  let phase: string | undefined;
  let meter = new Meter();
  let epochs = '';
  const place = { id, after: 0 };
  for await (const { runEvents: now } of client.subscribe(RUN_EVENTS, place, signal)) {
    place.after = now.number; // a reconnected client continues after this event
    if (lines) for (const text of linesOf(now)) writeBeside(line, text);
    if (now.epoch) {
      epochs = `epoch ${now.epoch.epoch}: validation accuracy ${percent(now.epoch.validationAccuracy)}, `;
    } else if (now.progress) {
      const { done, total, secondsLeft } = now.progress;
      if (now.progress.phase !== phase) meter = new Meter(now.progress.phase === 'BACKBONE' ? bytes : count);
      phase = now.progress.phase;
      line.text = `${title}, ${phase.toLowerCase()}: ${epochs}${meter.text(done, total, secondsLeft)}`;
    }
  }
  if (signal?.aborted) {
    throw new HubError('INTERRUPTED', `The run continues in the hub: "hub run follow ${id}" follows it again.`);
  }
  const { run } = await client.request(RUN, { id });
  if (!run) throw new HubError('NOT_FOUND', `There is no run ${id}.`);
  if (run.state === 'FAILED') throw new HubError('RUN_FAILED', `The run ${id} failed: ${run.error?.message}`);
  if (run.testAccuracy === null) {
    const why = run.error ? `: ${run.error.message}` : '.';
    throw new HubError('RUN_CANCELLED', `The run ${id} is ${run.state}${why}`);
  }
  const taken = run.seconds ? ` in ${duration(run.seconds.features + run.seconds.training)}` : '';
  line.succeed(`${title} ${id}: test accuracy ${percent(run.testAccuracy)}${taken}`);
  return run;
}

function linesOf({ epoch, message }: RunEvent): string[] {
  const figures = epoch && [
    `epoch ${epoch.epoch}`,
    `loss ${epoch.trainLoss.toFixed(4)}`,
    `accuracy ${percent(epoch.trainAccuracy)}`,
    `validation loss ${epoch.validationLoss.toFixed(4)}`,
    `validation accuracy ${percent(epoch.validationAccuracy)}`,
    duration(epoch.seconds),
  ];
  return [...(message === null ? [] : [printable(message)]), ...(figures ? [figures.join(', ')] : [])];
}

/** Prints a line above the spinner, which is drawn again with its next frame. */
function writeBeside(line: Line, text: string): void {
  line.clear();
  terminal().stderr.write(`${text}\n`);
}
