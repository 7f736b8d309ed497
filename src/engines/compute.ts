import { z } from 'zod';

export const ENGINES = ['auto', 'onnx', 'tensorflow'] as const;
export const DEVICES = ['auto', 'cpu', 'cuda', 'webgpu'] as const;

/** Who computes, and on what. */
export const computeSchema = z.object({
  engine: z.enum(ENGINES).default('auto'),
  device: z.enum(DEVICES).default('auto'),
});
export type Compute = z.output<typeof computeSchema>;

export function resolveCompute(given: z.input<typeof computeSchema>): Compute {
  return computeSchema.parse(given);
}
