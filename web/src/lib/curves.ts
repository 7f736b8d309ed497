import { smooth } from './smoothing.js';

export interface EpochFigures {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
}

export interface CurvesOf {
  /** Of the run; empty where there is but one. */
  readonly name: string;
  /** A style variable. */
  readonly colour: string;
  readonly epochs: readonly EpochFigures[];
}

export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly dashed: boolean;
  readonly faint: boolean;
  readonly label?: string;
  readonly values: (number | null)[];
}

const SPLITS = ['validation', 'train'] as const;

/**
 * Lines of a figure by epoch: colour tells the run, dashes tell training from validation. What is smoothed is drawn over
 * what it was made of.
 */
export function curvesOf(
  runs: readonly CurvesOf[],
  figure: 'Loss' | 'Accuracy',
  weight: number,
): { readonly x: number[]; readonly lines: Curve[] } {
  const last = Math.max(0, ...runs.map(({ epochs }) => epochs.at(-1)?.epoch ?? 0));
  const x = Array.from({ length: last }, (_, i) => i + 1);
  const lines = runs.flatMap(({ name, colour, epochs }) => {
    const byEpoch = new Map(epochs.map((epoch) => [epoch.epoch, epoch]));
    return SPLITS.flatMap((split): Curve[] => {
      const values = x.map((epoch) => byEpoch.get(epoch)?.[`${split}${figure}`] ?? null);
      const whole = name ? `${name} ${split}` : split;
      const label = name === '' ? split : split === 'validation' ? name : undefined;
      const look = { colour, dashed: split === 'train', ...(label && { label }) };
      if (weight === 0) return [{ ...look, name: whole, faint: false, values }];
      const raw = { name: `${whole}, as it is`, colour, dashed: look.dashed, faint: true, values };
      return [raw, { ...look, name: whole, faint: false, values: smooth(values, weight) }];
    });
  });
  return { x, lines };
}

/** The epoch whose validation loss is least: what a run keeps unless its recipe says otherwise. */
export function bestEpoch(epochs: readonly EpochFigures[]): number | null {
  const [first, ...others] = epochs;
  if (!first) return null;
  return others.reduce((best, epoch) => (epoch.validationLoss < best.validationLoss ? epoch : best), first).epoch;
}
