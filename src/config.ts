import { z } from 'zod';
import { computeSchema } from './engines/compute.js';
import { HubError } from './errors.js';
import { problemsOf } from './problems.js';

/** How a hub is set up. Every value has a default that works on one machine without asking for anything. */
const configSchema = z.strictObject({
  /** Folder of database, blobs and the token; created when missing. */
  data: z.string().min(1).default('data'),
  /** Address to listen on. Anything but loopback lets others reach the hub. */
  host: z.string().min(1).default('127.0.0.1'),
  /** Port to listen on; 0 takes a free one. */
  port: z.coerce.number().int().min(0).max(65535).default(4000),
  /** PostgreSQL to use instead of the embedded database. */
  databaseUrl: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Folders from which datasets and weights may be read by path. */
  allow: z.array(z.string().min(1)).default([]),
  /** Whether requests may make the hub fetch archives from this machine and from private networks. */
  allowPrivateUrls: z.boolean().default(false),
  /** Whether `/metrics` answers without a token to programs of this machine. */
  openMetrics: z.boolean().default(false),
  /** Gigabytes of computed features that may be kept on disk; a run that needs more computes them in every epoch. */
  featureCache: z.coerce.number().nonnegative().default(20),
  /** Points of test accuracy that a model version may lose to 8-bit weights and activations and still serve with them. */
  int8Margin: z.coerce.number().min(0).max(100).default(0.3),
  /** Share of the validation photos that a model version may take for none of its classes. */
  falseAlarmRate: z.coerce.number().gt(0).lt(1).default(0.05),
  /** Photos that are computed together at most. */
  servingBatch: z.coerce.number().int().min(1).max(64).default(8),
  /** Milliseconds that a photo which could be computed waits for others that are being decoded. */
  servingWait: z.coerce.number().nonnegative().max(1000).default(5),
  /** Photos that are accepted and not answered yet; one more is refused. */
  servingQueue: z.coerce.number().int().min(1).max(10_000).default(64),
  /** Milliseconds within which an accepted photo is answered. */
  servingDeadline: z.coerce.number().int().min(1).max(600_000).default(10_000),
  /** Versions that stay loaded because they were asked for by number. */
  servingVersions: z.coerce.number().int().min(1).max(100).default(1),
  /** Requests of one token in a minute. */
  maxRequests: z.coerce.number().int().positive().default(60_000),
  /** Archives that arrive, or are fetched, at the same time. */
  maxUploads: z.coerce.number().int().positive().default(16),
  /** Runs and sweeps that wait. */
  maxQueuedRuns: z.coerce.number().int().positive().default(10_000),
  /** Gigabytes of the data folder, beyond which no data and no run is taken; as much as there is by default. */
  maxDisk: z.coerce.number().positive().optional(),
  /** Who computes in training: `auto` takes a graphics card when there is one that works. */
  engine: computeSchema.shape.engine,
  /** On what. */
  device: computeSchema.shape.device,
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
export type Config = z.output<typeof configSchema>;
export type ConfigInput = z.input<typeof configSchema>;

/** Checks and completes a configuration; the environment's DATABASE_URL counts where nothing is given. */
export function resolveConfig(input: ConfigInput, environment: NodeJS.ProcessEnv = process.env): Config {
  const given = environment.DATABASE_URL ? { databaseUrl: environment.DATABASE_URL, ...input } : input;
  const result = configSchema.safeParse(given);
  if (result.success) return result.data;
  const problems = problemsOf(result.error);
  throw new HubError('BAD_INPUT', `The configuration cannot be used: ${problems.join('; ')}.`, { problems });
}
