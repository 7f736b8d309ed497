import type { Ora } from 'ora';
import { HubError } from '../errors.js';
import type { HubClient } from './client.js';
import * as ask from './documents.js';
import { duration, percent } from './format.js';

/**
 * Shows what a run is doing until it has ended.
 * @throws when it did not succeed, with its reason.
 */
export async function followToEnd(client: HubClient, id: string, line: Ora, title = 'Run'): Promise<ask.RunAnswer> {
  line.start(title);
  let epochs = '';
  const place = { id, after: 0 };
  const subscription = client.subscribe<{ runEvents: ask.RunEventAnswer }>(ask.RUN_EVENTS, place);
  for await (const { runEvents: now } of subscription) {
    place.after = now.number; // where the client goes on when its connection is lost and made again
    if (now.epoch) {
      epochs = `epoch ${now.epoch.epoch}: validation accuracy ${percent(now.epoch.validationAccuracy)}, `;
    } else if (now.progress) {
      const { phase, done, total, secondsLeft } = now.progress;
      const left = secondsLeft === null ? '' : `, ${duration(secondsLeft)} left`;
      line.text = `${title}, ${phase.toLowerCase()}: ${epochs}${percent(done / total)}${left}`;
    }
  }
  const { run } = await client.request<{ run: ask.RunAnswer }>(ask.RUN, { id });
  if (run.error) throw new HubError('CONFLICT', `The run ${id} failed: ${run.error.message}`);
  if (run.testAccuracy === null) throw new HubError('CONFLICT', `The run ${id} is ${run.state}.`);
  const taken = run.seconds ? ` in ${duration(run.seconds.features + run.seconds.training)}` : '';
  line.succeed(`${title} ${id}: test accuracy ${percent(run.testAccuracy)}${taken}`);
  return run;
}
