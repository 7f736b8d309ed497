import type { Shape } from '../../../network/layers.js';
import { NO_WEIGHTS, type Operator, places, reshape, valuesOf } from './operator.js';

/** All values of a map in one row: places are consecutive, channels last. */
export function flatten(input: Shape): Operator {
  const values = valuesOf(input);
  return {
    outputs: [{ height: 1, width: 1, channels: values }],
    weights: [],
    forward(context, [x]) {
      const { batch } = context;
      return {
        outputs: [reshape(context, x as string, [batch, values])],
        backward: ([dy]) => ({
          dxs: [reshape(context, dy as string, [batch * places(input), input.channels])],
          weights: NO_WEIGHTS,
        }),
      };
    },
  };
}
