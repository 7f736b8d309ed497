import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { computeSchema } from './engines/compute.js';
import { HubError } from './errors.js';
import { inWords, problemsOf } from './problems.js';
import { isSharedPlace } from './storage/shared-objects.js';

const BASE_PATH = /^(\/[\w.~-]+)*\/?$/;
/** First parts of the paths at which a hub answers programs. */
const API_PATHS = /^\/(graphql|v1|v2|health|ready|metrics|backup|assets)(\/|$)/;

/** What a process of a hub does: answer requests, classify photos, train. */
export const ROLES = ['api', 'serve', 'train'] as const;

/** Configuration of a hub. Every setting has a default that works on a single machine. */
const configSchema = z.strictObject({
  /** Folder of database, blobs and the token; created when missing. */
  data: z.string().min(1).default('data'),
  /** Address to listen on. Any address but loopback makes the hub reachable from other machines. */
  host: z.string().min(1).default('127.0.0.1'),
  /** Port to listen on; 0 picks a free one. */
  port: z.coerce.number().int().min(0).max(65535).default(4000),
  /** Port for the Open Inference Protocol over gRPC; 0 picks a free one. By default the hub does not listen for it. */
  grpcPort: z.coerce.number().int().min(0).max(65535).optional(),
  /** Path under which a proxy shows the hub, such as `/hub`; empty without one. */
  basePath: z
    .string()
    .regex(BASE_PATH, 'must be a path such as /hub, of letters, digits, ".", "_", "~" and "-"')
    .refine((path) => !API_PATHS.test(path), 'must not begin with a path of the API, which it would hide')
    .transform((path) => path.replace(/\/$/, ''))
    .default(''),
  /** Roles of this process. Fewer than all need a database server, and a bucket or shared folder. */
  roles: z
    .string()
    .refine(
      (text) => listed(text).every((role) => ROLES.some((known) => known === role)),
      `must be one or more of ${ROLES.join(', ')}, with commas between them`,
    )
    .transform((text) => new Set(ROLES.filter((role) => listed(text).includes(role))))
    .default(new Set(ROLES)),
  /** PostgreSQL to use instead of the embedded database. */
  databaseUrl: z
    .url({
      protocol: /^postgres(ql)?$/,
      error: 'must be an address such as postgres://USER:PASSWORD@HOST/DATABASE',
    })
    .optional(),
  /** Bucket of the blobs, as `s3://bucket/prefix`, or the path of a shared folder; by default where they are, first the data folder. */
  blobs: z
    .string()
    .refine(isSharedPlace, 'must be a bucket such as s3://bucket/prefix, or the absolute path of a shared folder')
    .optional(),
  /** Gigabytes that copies of blobs in a bucket or shared folder may take on this machine. */
  blobCache: z.coerce.number().min(1).default(20),
  /** Whence clients download files of a hub whose blobs are in a bucket: from there, or from the hub. */
  downloads: z.enum(['bucket', 'hub']).default('bucket'),
  /** Folders from which datasets and weights may be read by path. */
  allow: z.array(z.string().min(1)).default([]),
  /** Whether requests may make the hub fetch archives from this machine and from private networks. */
  allowPrivateUrls: z.boolean().default(false),
  /** OpenTelemetry collector that gets traces and the log, such as `http://127.0.0.1:4318`; none by default. */
  otlp: z.url({ protocol: /^https?$/, error: 'must be an address such as http://127.0.0.1:4318' }).optional(),
  /** Whether programs on this machine can read `/metrics` without a token. */
  openMetrics: z.boolean().default(false),
  /** Gigabytes of the cache of computed features; a run that needs more recomputes its features in every epoch. */
  featureCache: z.coerce.number().nonnegative().default(20),
  /** Seconds that the features of a run must still take on one worker to be shared with workers that have nothing to do. */
  shareFeatures: z.coerce.number().nonnegative().default(120),
  /** Percentage points of test accuracy that the 8-bit form of a model version may lose and still serve. */
  int8Margin: z.coerce.number().min(0).max(100).default(0.3),
  /** Share of the validation images that a model version may report as outliers. */
  falseAlarmRate: z.coerce.number().gt(0).lt(1).default(0.05),
  /** Fewest validation images, and fewest test images, on which a calibration may rest. */
  calibrationImages: z.coerce.number().int().min(1).default(20),
  /** Most photos per batch. */
  servingBatch: z.coerce.number().int().min(1).max(64).default(8),
  /** Milliseconds that a decoded photo waits for others to join its batch. */
  servingWait: z.coerce.number().nonnegative().max(1000).default(5),
  /** Photos that may wait for an answer; more are refused. */
  servingQueue: z.coerce.number().int().min(1).max(10_000).default(64),
  /** Deadline of an accepted photo, in milliseconds. */
  servingDeadline: z.coerce.number().int().min(1).max(600_000).default(10_000),
  /** Versions kept loaded after a request by number. */
  servingVersions: z.coerce.number().int().min(1).max(100).default(1),
  /** Megabytes that a decoded photo or image may take before it is shrunk; large ones share them. */
  maxPhotoMemory: z.coerce.number().min(1).max(100_000).default(600),
  /** Gigabytes that a worker process may take; by default 80% of the memory of the machine or container. */
  workerMemory: z.coerce.number().positive().optional(),
  /** Threads that a worker process computes with; by default one for each core that the hub may use. */
  workerThreads: z.coerce.number().int().min(1).max(1024).default(availableParallelism()),
  /** Requests per token and minute. */
  maxRequests: z.coerce.number().int().positive().default(60_000),
  /** Connections at the same time, those of WebSockets included. */
  maxConnections: z.coerce.number().int().min(10).max(100_000).default(2000),
  /** Archives received or downloaded at the same time. */
  maxUploads: z.coerce.number().int().positive().default(16),
  /** Runs and sweeps that may wait in the queue. */
  maxQueuedRuns: z.coerce.number().int().positive().default(10_000),
  /** Gigabytes of the data folder above which data and runs are refused; no limit by default. */
  maxDisk: z.coerce.number().positive().optional(),
  /** Engine that trains; `auto` takes a graphics card if one works, and else the engine that it measures to be faster. */
  engine: computeSchema.shape.engine,
  /** Device that trains. */
  device: computeSchema.shape.device,
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** The configuration, with what its settings must be together. */
const wholeSchema = configSchema.refine(({ port, grpcPort }) => !grpcPort || grpcPort !== port, {
  path: ['grpcPort'],
  error: 'must be another port than --port',
});
export type Config = z.output<typeof configSchema>;
export type ConfigInput = z.input<typeof configSchema>;

/**
 * Validates a configuration and fills in defaults. In the environment, DATABASE_URL is the default of `databaseUrl`, and
 * OTEL_EXPORTER_OTLP_ENDPOINT that of `otlp`, which OTEL_SDK_DISABLED turns off.
 * @throws BAD_INPUT with all problems when it is not valid.
 */
export function resolveConfig(input: ConfigInput, environment: NodeJS.ProcessEnv = process.env): Config {
  const { DATABASE_URL: databaseUrl, OTEL_EXPORTER_OTLP_ENDPOINT: otlp, OTEL_SDK_DISABLED } = environment;
  const given = { ...(databaseUrl && { databaseUrl }), ...(otlp && { otlp }), ...input };
  if (OTEL_SDK_DISABLED?.toLowerCase() === 'true') delete given.otlp;
  const result = wholeSchema.safeParse(given, { error: inWords });
  if (result.success) return result.data;
  const problems = problemsOf(result.error, given).map(asOption);
  throw new HubError('BAD_INPUT', `The configuration cannot be used: ${problems.join('; ')}.`, { problems });
}

/** A problem with the option of `hub start` in place of the setting: `servingBatch: must be …` is `--serving-batch must be …`. */
function asOption(problem: string): string {
  return problem.replace(/^([a-z]\w*)(\[\d+\])?: /i, (_, setting: string) => {
    return `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} `;
  });
}

/** The parts of a list with commas. */
const listed = (text: string): string[] => text.split(',').map((part) => part.trim());

/** Bytes that decoding a photo or image may take. */
export function photoMemory({ maxPhotoMemory }: Config): number {
  return maxPhotoMemory * 1_000_000;
}
