import { DDSketch } from '@datadog/sketches-js';

/** Requests of a version before its times are judged. */
const ENOUGH = 50;

/** Bounds at which a rollout ends by itself. */
export interface RolloutBounds {
  /** Most by which the candidate's error rate may exceed that of the present version, 0 to 1. */
  readonly maxErrorRate: number;
  /** Most by which its median time may exceed that of the present version, as a factor. */
  readonly maxSlowdown: number;
}

type StoredArm = {
  readonly answers: number;
  readonly errors: number;
  /** Sketch of the times, protobuf in base64. */
  readonly times: string;
};

/** The figures as the database stores them. */
export type StoredFigures = {
  readonly present: StoredArm;
  readonly candidate: StoredArm;
  readonly compared: number;
  readonly agreed: number;
  readonly dropped: number;
};

/** Figures of one of the two versions. */
export class ArmFigures {
  answers: number;
  errors: number;
  /** Milliseconds of predicting; quantiles are exact to 1%. */
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

/** Figures of a rollout: the candidate and the version that it may replace. */
export class RolloutFigures {
  readonly present: ArmFigures;
  readonly candidate: ArmFigures;
  /** Photos that both have answered; `agreed` have the same label. */
  compared: number;
  agreed: number;
  /** Photos that were not compared because the hub was too busy. */
  dropped: number;

  constructor(stored: StoredFigures | null) {
    this.present = new ArmFigures(stored?.present);
    this.candidate = new ArmFigures(stored?.candidate);
    this.compared = stored?.compared ?? 0;
    this.agreed = stored?.agreed ?? 0;
    this.dropped = stored?.dropped ?? 0;
  }

  /** Sum of all counts: it changes whenever one does. */
  get total(): number {
    const { present, candidate, compared, dropped } = this;
    return present.answers + present.errors + candidate.answers + candidate.errors + compared + dropped;
  }

  /** The reason to end the rollout now; null for none. */
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

/** @param atLeast smallest denominator: among few requests one error would be a large share. */
function rateOf({ answers, errors }: ArmFigures, atLeast: number): number {
  return errors / Math.max(answers + errors, atLeast);
}
