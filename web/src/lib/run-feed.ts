import type { Enum } from '../graphql';
import { type RunState, stateLogged } from './runs';

/** The fields of a run's event that the page shows. */
export interface FeedEvent {
  readonly number: number;
  readonly at: string;
  readonly state: RunState | null;
  readonly message: string | null;
  readonly epoch: {
    readonly epoch: number;
    readonly validationLoss: number;
    readonly validationAccuracy: number;
  } | null;
  readonly progress: Progress | null;
  readonly system: SystemUse | null;
}

export interface Progress {
  readonly phase: Enum<'RunPhase'>;
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number | null;
}

interface SystemUse {
  readonly cpuShare: number;
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
}

/** A line of the log: a message of the run, or an event in words. */
export interface Line {
  readonly number: number;
  readonly at: string;
  readonly text: string;
}

/** Everything received about a run. */
export interface Feed {
  /** Number of the last event, from which a lost connection resumes. */
  readonly last: number;
  readonly lines: readonly Line[];
  /** The last progress; null before the first. A resumed run continues from it. */
  readonly progress: Progress | null;
  /** The latest samples, oldest first. */
  readonly system: readonly SystemUse[];
}

export const EMPTY_FEED: Feed = { last: 0, lines: [], progress: null, system: [] };

/** Samples of system use to keep: as many as a sparkline shows. */
const SYSTEM_KEPT = 60;

/** Adds events to a feed. Events received before are ignored. */
export function receive(feed: Feed, events: readonly FeedEvent[]): Feed {
  const fresh = events.filter(({ number }, i) => number > (events[i - 1]?.number ?? 0) && number > feed.last);
  if (fresh.length === 0) return feed;
  let { progress } = feed;
  for (const event of fresh) {
    if (event.progress) progress = event.progress;
  }
  return {
    last: fresh.at(-1)?.number ?? feed.last,
    lines: [...feed.lines, ...fresh.flatMap(lineOf)],
    progress,
    system: [...feed.system, ...fresh.flatMap(({ system }) => system ?? [])].slice(-SYSTEM_KEPT),
  };
}

function lineOf({ number, at, state, message, epoch }: FeedEvent): Line[] {
  const text = epoch
    ? `Epoch ${epoch.epoch}: validation loss ${epoch.validationLoss.toFixed(4)}, accuracy ${(100 * epoch.validationAccuracy).toFixed(2)}%`
    : (message ?? (state && stateLogged(state)));
  return text ? [{ number, at, text }] : [];
}
