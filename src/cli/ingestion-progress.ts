import { randomUUID } from 'node:crypto';
import type { HubClient } from './client.js';
import { bytes, count } from './format.js';
import type { Line } from './line.js';
import { Meter } from './progress.js';
import { INGESTION_PROGRESS, type IngestionProgress } from './requests/dataset.js';

/** Shows the progress of an ingestion while its request runs. @param ingest sends the request with the key. */
export async function withProgress<T>(
  client: HubClient,
  line: Line,
  ingest: (progressKey: string) => Promise<T>,
): Promise<T> {
  const progressKey = randomUUID();
  const stop = new AbortController();
  const events = client.subscribe(INGESTION_PROGRESS, { progressKey }, stop.signal);
  await events.next(); // the hub reports from here on
  const shown = show(events, line);
  try {
    return await ingest(progressKey);
  } finally {
    stop.abort(); // an ingestion that is refused at once never begins
    await shown;
  }
}

async function show(
  events: AsyncIterable<{ readonly ingestionProgress: IngestionProgress }>,
  line: Line,
): Promise<void> {
  const receiving = new Meter(bytes);
  const reading = new Meter(count);
  for await (const { ingestionProgress: now } of events) {
    if (now.images === 0) {
      if (now.share) line.text = `Receiving: ${receiving.text(now.bytes, Math.round(now.bytes / now.share))}`;
    } else if (now.share) {
      line.text = `Reading images: ${reading.text(now.images, Math.round(now.images / now.share))}`;
    } else {
      line.text = `Reading images: ${count(now.images)}`;
    }
  }
}
