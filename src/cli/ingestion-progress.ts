import { randomUUID } from 'node:crypto';
import type { Ora } from 'ora';
import type { HubClient } from './client.js';
import { bytes, count } from './format.js';
import { Meter } from './progress.js';
import { REGISTRATION_PROGRESS, type RegistrationProgress } from './requests/dataset.js';

/** Shows how far a registration has come while it is asked for. @param register asks for it under the key. */
export async function withProgress<T>(
  client: HubClient,
  line: Ora,
  register: (progressKey: string) => Promise<T>,
): Promise<T> {
  const progressKey = randomUUID();
  const stop = new AbortController();
  const events = client.subscribe(REGISTRATION_PROGRESS, { progressKey }, stop.signal);
  await events.next(); // from here on the hub tells
  const shown = show(events, line);
  try {
    return await register(progressKey);
  } finally {
    stop.abort(); // a registration that was refused at once never begins
    await shown;
  }
}

async function show(
  events: AsyncIterable<{ readonly registrationProgress: RegistrationProgress }>,
  line: Ora,
): Promise<void> {
  const receiving = new Meter(bytes);
  const reading = new Meter(count);
  for await (const { registrationProgress: now } of events) {
    if (now.images === 0) {
      if (now.share) line.text = `Receiving: ${receiving.text(now.bytes, Math.round(now.bytes / now.share))}`;
    } else if (now.share) {
      line.text = `Reading images: ${reading.text(now.images, Math.round(now.images / now.share))}`;
    } else {
      line.text = `Reading images: ${count(now.images)}`;
    }
  }
}
