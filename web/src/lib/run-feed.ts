/** An event of a run, as far as the page tells of it. */
export interface FeedEvent {
  readonly number: number;
  readonly at: string;
  readonly state: string | null;
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
  readonly phase: 'BACKBONE' | 'FEATURES' | 'TRAINING' | 'EVALUATION';
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number | null;
}

export interface SystemUse {
  readonly cpuShare: number;
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
}

/** A line of the log: what the run said, or an event in words. */
export interface Line {
  readonly number: number;
  readonly at: string;
  readonly text: string;
}

/** What has been heard of a run. */
export interface Feed {
  /** Number of the last event: who was cut off goes on behind it. */
  readonly last: number;
  readonly lines: readonly Line[];
  /** What it is doing; null while it does nothing. */
  readonly progress: Progress | null;
  /** The last ones, oldest first. */
  readonly system: readonly SystemUse[];
}

export const NOTHING_HEARD: Feed = { last: 0, lines: [], progress: null, system: [] };

/** Reports of system use that are kept: as many as a small chart shows. */
const SYSTEM_KEPT = 60;

/** What is known with some more events. Those that were heard before are passed over. */
export function hear(feed: Feed, events: readonly FeedEvent[]): Feed {
  const fresh = events.filter(({ number }, i) => number > (events[i - 1]?.number ?? 0) && number > feed.last);
  if (fresh.length === 0) return feed;
  let { progress } = feed;
  for (const event of fresh) {
    if (event.progress) progress = event.progress;
    if (event.state && event.state !== 'RUNNING') progress = null;
  }
  return {
    last: fresh.at(-1)?.number ?? feed.last,
    lines: [...feed.lines, ...fresh.flatMap(lineOf)],
    progress,
    system: [...feed.system, ...fresh.flatMap(({ system }) => system ?? [])].slice(-SYSTEM_KEPT),
  };
}

/** States in words. */
const STATES: Readonly<Record<string, string>> = {
  QUEUED: 'Waits in the queue.',
  RUNNING: 'Runs.',
  SUCCEEDED: 'Has succeeded.',
  FAILED: 'Has failed.',
  CANCELLED: 'Was cancelled.',
};

function lineOf({ number, at, state, message, epoch }: FeedEvent): Line[] {
  const text = epoch
    ? `Epoch ${epoch.epoch}: validation loss ${epoch.validationLoss.toFixed(4)}, accuracy ${(100 * epoch.validationAccuracy).toFixed(2)} %`
    : (message ?? (state && (STATES[state] ?? state)));
  return text ? [{ number, at, text }] : [];
}
