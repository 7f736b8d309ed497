import type { EventEmitter } from 'node:events';
import { LRUCache } from 'lru-cache';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Deployment } from '../serving/deployments.js';
import type { ServedVersion } from '../serving/served-version.js';
import type { ServingEvents } from '../serving/serving-events.js';
import { SECONDS } from './buckets.js';

/** Most versions with series. Beyond it, the versions that answered least recently lose theirs. */
const MOST_VERSIONS = 50;

/** The serving side of the hub, as a source of metrics. */
export interface Serving {
  readonly events: EventEmitter<ServingEvents>;
  /** Accepted photos that wait for an answer. */
  readonly waiting: () => number;
  readonly deployments: () => readonly Deployment[];
}

export function measureServing(registry: Registry, { events, waiting, deployments }: Serving): void {
  const registers = [registry];
  const answers = new Counter({
    name: 'modelhub_answers_total',
    help: 'Requests to a model by outcome: OK or an error code. Refused requests have no version.',
    labelNames: ['model', 'version', 'code'],
    registers,
  });
  const duration = new Histogram({
    name: 'modelhub_answer_duration_seconds',
    help: 'Time from the received photo or pixels to the answer.',
    labelNames: ['model', 'version'],
    buckets: SECONDS,
    registers,
  });
  const phases = new Histogram({
    name: 'modelhub_answer_phase_seconds',
    help: 'Time of answers by phase: waiting in the queue, decoding, predicting.',
    labelNames: ['phase'],
    buckets: SECONDS,
    registers,
  });
  const batches = new Histogram({
    name: 'modelhub_batch_photos',
    help: 'Photos per batch.',
    buckets: [1, 2, 4, 8, 16, 32, 64],
    registers,
  });
  new Gauge({
    name: 'modelhub_queue_photos',
    help: 'Accepted photos that wait for an answer.',
    registers,
    collect() {
      this.set(waiting());
    },
  });
  new Gauge({
    name: 'modelhub_model_version_info',
    help: 'Versions that serve: always 1, described by the labels.',
    labelNames: ['model', 'alias', 'version', 'runtime', 'precision'],
    registers,
    collect() {
      this.reset();
      for (const { alias, version } of deployments()) {
        const { model, version: number } = labelsOf(version);
        const { runtime, precision } = version.form;
        const form = { runtime: runtime.toLowerCase(), precision: precision.toLowerCase() };
        this.set({ model, alias, version: number, ...form }, 1);
      }
    },
  });

  const known = new LRUCache<string, ReturnType<typeof labelsOf>>({
    max: MOST_VERSIONS,
    noDisposeOnSet: true,
    dispose(labels) {
      answers.remove({ ...labels, code: 'OK' });
      duration.remove(labels);
    },
  });
  events.on('answered', ({ version, timing }) => {
    const labels = labelsOf(version);
    known.set(version.versionId, labels);
    answers.inc({ ...labels, code: 'OK' });
    duration.observe(labels, timing.total / 1000);
    for (const phase of ['queue', 'decode', 'predict'] as const) phases.observe({ phase }, timing[phase] / 1000);
  });
  events.on('refused', ({ model, code }) => {
    const serves = deployments().some(({ version }) => version.model === model);
    answers.inc({ model: serves ? model : '', version: '', code });
  });
  events.on('batch', ({ photos }) => batches.observe(photos));
}

function labelsOf({ model, number }: ServedVersion): { model: string; version: string } {
  return { model, version: String(number) };
}
