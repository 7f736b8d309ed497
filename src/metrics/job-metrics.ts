import { Gauge, type Registry } from 'prom-client';

/** The sources of the metrics of background jobs. */
export interface Jobs {
  /** Kinds of all jobs. */
  readonly kinds: readonly string[];
  /** The jobs that this process runs. */
  readonly running: () => readonly { readonly kind: string }[];
  /** Number of jobs of the whole hub that wait, by kind; null in a process that answers no requests. */
  readonly waiting: (() => Promise<ReadonlyMap<string, number>>) | null;
}

/** Registers the metrics of jobs. @returns a function that updates them. */
export function measureJobs(registry: Registry, { kinds, running, waiting }: Jobs): () => Promise<void> {
  const common = { labelNames: ['kind'], registers: [registry] };
  const underWay = new Gauge({
    name: 'modelhub_jobs_running',
    help: 'Background jobs that this process runs.',
    ...common,
  });
  const inQueue =
    waiting && new Gauge({ name: 'modelhub_jobs_waiting', help: 'Background jobs of the hub that wait.', ...common });
  return async () => {
    const own = running();
    for (const kind of kinds) underWay.set({ kind }, own.filter((job) => job.kind === kind).length);
    if (!waiting) return;
    const counts = await waiting();
    for (const kind of kinds) inQueue?.set({ kind }, counts.get(kind) ?? 0);
  };
}
