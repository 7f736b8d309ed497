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

  /** Adds the figures of another process. */
  add(other: ArmFigures): void {
    this.answers += other.answers;
    this.errors += other.errors;
    this.#times.merge(other.#times);
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
  /** What other processes count, and this one counted before it was started again, as far as it is known. */
  others: RolloutFigures | null = null;

  constructor(stored: StoredFigures | null) {
    this.present = new ArmFigures(stored?.present);
    this.candidate = new ArmFigures(stored?.candidate);
    this.compared = stored?.compared ?? 0;
    this.agreed = stored?.agreed ?? 0;
    this.dropped = stored?.dropped ?? 0;
  }

  /** The figures of several processes together. */
  static sum(all: readonly RolloutFigures[]): RolloutFigures {
    const sum = new RolloutFigures(null);
    for (const { present, candidate, compared, agreed, dropped } of all) {
      sum.present.add(present);
      sum.candidate.add(candidate);
      sum.compared += compared;
      sum.agreed += agreed;
      sum.dropped += dropped;
    }
    return sum;
  }

  /** Sum of all counts: it changes whenever one does. */
  get total(): number {
    const { present, candidate, compared, dropped } = this;
    return present.answers + present.errors + candidate.answers + candidate.errors + compared + dropped;
  }

  /** The reason to end the rollout now; null for none. */
  breach({ maxErrorRate, maxSlowdown }: RolloutBounds): string | null {
    const { candidate, present, others } = this;
    const tries = [candidate, ...(others ? [others.candidate] : [])];
    const excess = rateOf(tries, ENOUGH) - rateOf([present, ...(others ? [others.present] : [])], ENOUGH);
    if (excess > maxErrorRate) {
      const { answers, errors } = countsOf(tries);
      const counted = `${errors} of ${answers + errors} requests`;
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

type Counts = Pick<ArmFigures, 'answers' | 'errors'>;

function countsOf(arms: readonly Counts[]): Counts {
  const sum = (of: keyof Counts): number => arms.reduce((total, arm) => total + arm[of], 0);
  return { answers: sum('answers'), errors: sum('errors') };
}

/** @param atLeast smallest denominator: among few requests one error would be a large share. */
function rateOf(arms: readonly Counts[], atLeast: number): number {
  const { answers, errors } = countsOf(arms);
  return errors / Math.max(answers + errors, atLeast);
}
