import { CommanderError } from 'commander';
import { HubError } from '../errors.js';

/** Exit codes of `hub`. Scripts rely on them. */
export const EXIT = {
  done: 0,
  failed: 1,
  refused: 2,
  notFound: 3,
  unreachable: 4,
  notAllowed: 5,
  runFailed: 6,
  interrupted: 130,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

const MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done',
  failed: 'internal error of the hub or this program, or a problem was found',
  refused: 'the request cannot be carried out',
  notFound: 'the dataset, run, model or version does not exist',
  unreachable: 'no hub answers at the address',
  notAllowed: 'the access token is missing, invalid or lacks the role',
  runFailed: 'the followed run failed or was cancelled',
  interrupted: 'interrupted by Ctrl-C',
};

/** Exit codes of errors other than refusals. INTERNAL masks failures inside the hub. */
const BY_ERROR: Readonly<Record<string, Exit>> = {
  INTERNAL: EXIT.failed,
  BLOB_CORRUPT: EXIT.failed,
  BACKUP_REFUSED: EXIT.failed,
  WORKER_DIED: EXIT.failed,
  OUT_OF_MEMORY: EXIT.failed,
  DATABASE_UNAVAILABLE: EXIT.failed,
  /** Hub and program have different versions. */
  GRAPHQL_VALIDATION_FAILED: EXIT.failed,
  NOT_FOUND: EXIT.notFound,
  HUB_UNREACHABLE: EXIT.unreachable,
  UNAUTHENTICATED: EXIT.notAllowed,
  FORBIDDEN: EXIT.notAllowed,
  RUN_FAILED: EXIT.runFailed,
  RUN_CANCELLED: EXIT.runFailed,
  INTERRUPTED: EXIT.interrupted,
};

/** The exit code for an error. */
export function exitOf(error: unknown): Exit {
  if (error instanceof HubError) return BY_ERROR[error.code] ?? EXIT.refused;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.refused;
  return EXIT.failed;
}

/** The table for `--help`. */
export function exitHelp(): string {
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[];
  return ['Exit codes:', ...names.map((name) => `  ${String(EXIT[name]).padEnd(4)} ${MEANINGS[name]}`)].join('\n');
}
