import type { Shape } from '../../../network/layers.js';
import type { PlannedOperator } from './operator.js';

/** The operators, input and classes of a pass. */
export interface PassSpec {
  readonly steps: readonly PlannedOperator[];
  readonly input: { readonly name: string; readonly shape: Shape; readonly type: 'float32' | 'float16' };
  readonly classes: number;
  /** Whether a pass mixes its examples. */
  readonly mixes: boolean;
}

/** The common settings of a trainer's graphs. */
export interface GraphSpec extends PassSpec {
  /** Units by dropout layer. */
  readonly dropouts: ReadonlyMap<string, number>;
  /** Whether kernels decay. */
  readonly decays: boolean;
  /** By stored weight: the factors folded into it, by column. */
  readonly folded: ReadonlyMap<string, Float32Array>;
  /** By stored weight: shares of the learning rate, by column. */
  readonly rates: ReadonlyMap<string, Float32Array>;
}
