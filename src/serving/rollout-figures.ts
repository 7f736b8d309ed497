import { DDSketch } from '@datadog/sketches-js';

/** Questions before which a version is not judged. */
const ENOUGH = 50;

/** What a version that is tried may cost before it is tried no longer. */
export interface RolloutBounds {
  /** By how much its share of errors may exceed that of the present version, 0 to 1. */
  readonly maxErrorRate: number;
  /** How many times as long as the present version it may take to predict; medians. */
  readonly maxSlowdown: number;
}

type StoredArm = {
  readonly answers: number;
  readonly errors: number;
  /** The sketch of its times, as protobuf in base64. */
  readonly times: string;
};

/** As they are kept between two starts of a hub. */
export type StoredFigures = {
  readonly present: StoredArm;
  readonly candidate: StoredArm;
  readonly compared: number;
  readonly agreed: number;
  readonly dropped: number;
};

/** What was counted of one of the two versions. */
export class ArmFigures {
  answers: number;
  errors: number;
  /** Milliseconds of predicting; quantiles are off by 1 % at most. */
  readonly #times: DDSketch;

  constructor(stored: StoredArm | undefined) {
    this.answers = stored?.answers ?? 0;
    this.errors = stored?.errors ?? 0;
    this.#times = stored ? DDSketch.fromProto(Buffer.from(stored.times, 'base64')) : new DDSketch();
  }

  answered(milliseconds: number): void {
    this.answers += 1;
    this.#times.accept(milliseconds);
  }

  /** Null before the first answer. */
  milliseconds(quantile: number): number | null {
    return this.answers === 0 ? null : this.#times.getValueAtQuantile(quantile);
  }

  write(): StoredArm {
    const times = Buffer.from(this.#times.toProto()).toString('base64');
    return { answers: this.answers, errors: this.errors, times };
  }
}

/** What is known of a version that is tried, beside the one that it may replace. */
export class RolloutFigures {
  readonly present: ArmFigures;
  readonly candidate: ArmFigures;
  /** Photos that both have answered, and of them those with the same label. */
  compared: number;
  agreed: number;
  /** Photos that were to be compared, and were not: there was too much else to do. */
  dropped: number;

  constructor(stored: StoredFigures | null) {
    this.present = new ArmFigures(stored?.present);
    this.candidate = new ArmFigures(stored?.candidate);
    this.compared = stored?.compared ?? 0;
    this.agreed = stored?.agreed ?? 0;
    this.dropped = stored?.dropped ?? 0;
  }

  /** Grows with everything that is counted. */
  get total(): number {
    const { present, candidate, compared, dropped } = this;
    return present.answers + present.errors + candidate.answers + candidate.errors + compared + dropped;
  }

  /** Why the trial must end, if it must. */
  breach({ maxErrorRate, maxSlowdown }: RolloutBounds): string | null {
    const { candidate, present } = this;
    const excess = rateOf(candidate, ENOUGH) - rateOf(present, ENOUGH);
    if (excess > maxErrorRate) {
      const counted = `${candidate.errors} of ${candidate.answers + candidate.errors} requests`;
      return `It failed ${counted}, which is more than the present version and ${maxErrorRate} allow.`;
    }
    if (candidate.answers < ENOUGH || present.answers < ENOUGH) return null;
    const [tried, usual] = [candidate, present].map((arm) => arm.milliseconds(0.5) as number) as [number, number];
    if (tried <= usual * maxSlowdown) return null;
    const times = `${tried.toFixed(1)} ms, and the present version ${usual.toFixed(1)} ms`;
    return `It takes ${times} (medians): more than ${maxSlowdown} times as long.`;
  }

  write(): StoredFigures {
    const { compared, agreed, dropped } = this;
    return { present: this.present.write(), candidate: this.candidate.write(), compared, agreed, dropped };
  }
}

/** @param atLeast questions that are taken as asked: of fewer, a single error would be a large share. */
function rateOf({ answers, errors }: ArmFigures, atLeast: number): number {
  return errors / Math.max(answers + errors, atLeast);
}
