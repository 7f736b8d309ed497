import { z } from 'zod';

export const ENGINES = ['auto', 'onnx', 'openvino', 'tensorflow'] as const;
export const DEVICES = ['auto', 'cpu', 'cuda', 'webgpu'] as const;

/** The engine and the device to train with. */
export const computeSchema = z.object({
  engine: z.enum(ENGINES).default('auto'),
  device: z.enum(DEVICES).default('auto'),
  /** File with the speeds that this machine has measured; without one, `auto` measures none. */
  speedsFile: z.string().optional(),
});
export type Compute = z.output<typeof computeSchema>;

/** Fills in `auto` for whatever is not given. */
export function resolveCompute(given: z.input<typeof computeSchema>): Compute {
  return computeSchema.parse(given);
}
