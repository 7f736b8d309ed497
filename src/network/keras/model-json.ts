import { z } from 'zod';

/** Most layers of a model in a file; InceptionV3 with a head has 316. */
export const MOST_LAYERS = 2000;

/** Up to Keras 2.2.2 the configuration of a Sequential is the list of its layers. */
const config = z.preprocess(
  (value) => (Array.isArray(value) ? { layers: value as unknown[] } : value),
  z.record(z.string(), z.unknown()),
);
const layerSchema = z.object({
  class_name: z.string(),
  /** `Custom>Mine` for a class of the file's maker. */
  registered_name: z.string().nullish(),
  name: z.string().nullish(),
  config,
  build_config: z.record(z.string(), z.unknown()).nullish(),
  /** Layers of a Sequential have none. */
  inbound_nodes: z.array(z.unknown()).default([]),
});
export type LayerJson = z.output<typeof layerSchema>;
const ends = z.array(z.unknown());
const modelSchema = z.object({
  class_name: z.string(),
  registered_name: z.string().nullish(),
  config: config.pipe(
    z.object({
      name: z.string().default('model'),
      layers: z.array(layerSchema).max(MOST_LAYERS),
      output_layers: ends.optional(),
      build_input_shape: z.unknown().optional(),
    }),
  ),
  build_config: z.record(z.string(), z.unknown()).nullish(),
});
export type ModelJson = z.output<typeof modelSchema>;

/** JSON as a model, or undefined when it describes none: a layer may be a model. */
export function asModel(json: unknown): ModelJson | undefined {
  return modelSchema.safeParse(json).data;
}

/** The name of a layer, which some versions of Keras save in its configuration. */
export function nameIn({ name, config: { name: own } }: LayerJson): string {
  return name ?? (typeof own === 'string' ? own : '');
}

/** The class of a layer or model; that of the file's maker with its registered name, since it may have a name of Keras. */
export function classOf({ class_name: name, registered_name: registered }: LayerJson | ModelJson): string {
  return registered?.includes('>') ? registered : name;
}
