import { smooth } from './smoothing.js';

export interface EpochFigures {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
}

export interface CurvesOf {
  /** Name of the run; empty if there is only one. */
  readonly name: string;
  /** CSS variable. */
  readonly color: string;
  readonly epochs: readonly EpochFigures[];
}

export interface Curve {
  readonly name: string;
  readonly color: string;
  readonly dashed: boolean;
  readonly faint: boolean;
  readonly label?: string;
  readonly values: (number | null)[];
}

const SPLITS = ['validation', 'train'] as const;

/** Lines of a metric by epoch: the color tells the run, dashes training from validation. Smoothed lines cover the raw ones. */
export function curvesOf(
  runs: readonly CurvesOf[],
  figure: 'Loss' | 'Accuracy',
  weight: number,
): { readonly x: number[]; readonly lines: Curve[] } {
  const last = Math.max(0, ...runs.map(({ epochs }) => epochs.at(-1)?.epoch ?? 0));
  const x = Array.from({ length: last }, (_, i) => i + 1);
  const lines = runs.flatMap(({ name, color, epochs }) => {
    const byEpoch = new Map(epochs.map((epoch) => [epoch.epoch, epoch]));
    return SPLITS.flatMap((split): Curve[] => {
      const values = x.map((epoch) => byEpoch.get(epoch)?.[`${split}${figure}`] ?? null);
      const whole = name ? `${name} ${split}` : split;
      const label = name === '' ? split : split === 'validation' ? name : undefined;
      const look = { color, dashed: split === 'train', ...(label && { label }) };
      if (weight === 0) return [{ ...look, name: whole, faint: false, values }];
      const raw = { name: `${whole}, raw`, color, dashed: look.dashed, faint: true, values };
      return [raw, { ...look, name: whole, faint: false, values: smooth(values, weight) }];
    });
  });
  return { x, lines };
}

/** The epoch with the lowest validation loss, which a run keeps unless its recipe says otherwise. */
export function bestEpoch(epochs: readonly EpochFigures[]): number | null {
  const [first, ...others] = epochs;
  if (!first) return null;
  return others.reduce((best, epoch) => (epoch.validationLoss < best.validationLoss ? epoch : best), first).epoch;
}
