import type { Shape } from '../../../network/layers.js';
import type { PlannedOperator } from './plan.js';

/** What a pass goes through. */
export interface PassSpec {
  readonly steps: readonly PlannedOperator[];
  readonly input: { readonly name: string; readonly shape: Shape; readonly type: 'float32' | 'float16' };
  readonly classes: number;
  /** Whether a pass mixes its examples. */
  readonly mixes: boolean;
}

/** What the graphs of one trainer have in common. */
export interface GraphSpec extends PassSpec {
  /** Units by dropout layer. */
  readonly dropouts: ReadonlyMap<string, number>;
  /** Whether steps take something off every kernel. */
  readonly decays: boolean;
  /** By stored weight: the factors folded into it, per column. */
  readonly folded: ReadonlyMap<string, Float32Array>;
  /** By stored weight: shares of the learning rate, per column. */
  readonly rates: ReadonlyMap<string, Float32Array>;
}
