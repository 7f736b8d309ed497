import { CommanderError } from 'commander';
import { HubError } from '../errors.js';

/** How `hub` ends. Programs rely on these numbers. */
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
  failed: 'the hub or this program failed inside, or a problem was found',
  refused: 'refused: something asked for cannot be done',
  notFound: 'not found: a dataset, run, model or version is not there',
  unreachable: 'no hub answers at the address',
  notAllowed: 'the token is missing, not accepted, or not allowed to do this',
  runFailed: 'the run that was followed failed or was cancelled',
  interrupted: 'interrupted by Ctrl-C',
};

/** Of the errors that are more than a refusal. INTERNAL is what a hub masks its own failures with. */
const BY_ERROR: Readonly<Record<string, Exit>> = {
  INTERNAL: EXIT.failed,
  BLOB_CORRUPT: EXIT.failed,
  BACKUP_REFUSED: EXIT.failed,
  WORKER_DIED: EXIT.failed,
  /** Hub and program are of different versions. */
  GRAPHQL_VALIDATION_FAILED: EXIT.failed,
  NOT_FOUND: EXIT.notFound,
  HUB_UNREACHABLE: EXIT.unreachable,
  UNAUTHENTICATED: EXIT.notAllowed,
  FORBIDDEN: EXIT.notAllowed,
  RUN_FAILED: EXIT.runFailed,
  RUN_CANCELLED: EXIT.runFailed,
  INTERRUPTED: EXIT.interrupted,
};

/** The exit code that an error ends with. */
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
