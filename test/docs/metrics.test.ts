import { EventEmitter } from 'node:events';
import { Registry } from 'prom-client';
import { it } from 'vitest';
import { HttpMetrics } from '../../src/metrics/http-metrics.js';
import { measureJobs } from '../../src/metrics/job-metrics.js';
import { Metrics } from '../../src/metrics/metrics.js';
import { measureServing } from '../../src/metrics/serving-metrics.js';
import { measureTraining } from '../../src/metrics/training-metrics.js';
import { UploadMetrics } from '../../src/metrics/upload-metrics.js';
import { expectPart, markdownTable } from './generated.js';

/** What prom-client knows of a metric, besides what its type says. */
interface Described {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

it('docs/metrics.md has every metric of the hub', async () => {
  const registry = new Registry();
  new HttpMetrics(registry);
  new UploadMetrics(registry);
  measureServing(registry, { events: new EventEmitter(), waiting: () => 0, deployments: () => [] });
  const jobs = { kinds: [], running: () => [], waiting: async () => new Map() };
  measureJobs(registry, jobs);
  measureTraining(registry, () => Promise.reject(new Error('not scraped')));
  const all = (registry.getMetricsAsArray() as unknown as Described[]).filter(({ name }) =>
    name.startsWith('modelhub_'),
  );
  // The only one that `Metrics` makes itself.
  const process = { roles: 'api', version: '0' };
  const text = await new Metrics({ process, serving: null, training: null, jobs }).text();
  const [, help = ''] = /^# HELP modelhub_process_info (.+)$/m.exec(text)!;
  const rows = [...all, { name: 'modelhub_process_info', help, type: 'gauge', labelNames: ['roles', 'version'] }]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, type, labelNames, help }) => [
      `\`${name}\``,
      type,
      labelNames.map((label) => `\`${label}\``).join(', '),
      help,
    ]);
  expectPart('docs/metrics.md', 'metrics', markdownTable(['Metric', 'Type', 'Labels', 'Meaning'], rows));
});
