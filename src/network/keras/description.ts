import { z } from 'zod';
import { HubError } from '../../errors.js';

/** Most characters of a description; InceptionV3's has 300,000. */
export const LONGEST = 16 * 1024 ** 2;
/** Most layers and most levels of nested models in a file; InceptionV3 with a head has 316 layers. */
const MOST_LAYERS = 2000;
const DEEPEST = 4;

/** A layer of a Keras model file. Nested models are flattened. */
export interface ReadLayer {
  /** Name of its class in Keras. */
  readonly type: string;
  readonly name: string;
  /** Its inputs, as indices into the list of layers. */
  readonly inputs: readonly number[];
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of the enclosing models, and its own. */
  readonly path: readonly string[];
  /** Path of its variables in a `.keras` file: the class names of the enclosing models and its own, numbered per model. */
  readonly place: readonly string[];
}

const config = z.record(z.string(), z.unknown());
const layerSchema = z.object({
  class_name: z.string(),
  name: z.string().optional(),
  config,
  /** Layers of a Sequential have none. */
  inbound_nodes: z.array(z.unknown()).default([]),
});
type LayerJson = z.output<typeof layerSchema>;
const ends = z.array(z.unknown());
const modelSchema = z.object({
  class_name: z.string(),
  config: z.object({
    name: z.string().default('model'),
    layers: z.array(layerSchema).max(MOST_LAYERS),
    input_layers: ends.optional(),
    output_layers: ends.optional(),
  }),
});
type ModelJson = z.output<typeof modelSchema>;

const MODELS: ReadonlySet<string> = new Set(['Functional', 'Model', 'Sequential']);

/** Reads the layers of a model's description, each after its inputs. @throws WEIGHTS_REFUSED when it cannot be read. */
export function readDescription(text: string): readonly ReadLayer[] {
  if (text.length > LONGEST)
    throw refuseModel(`its description has ${text.length} characters; the limit is ${LONGEST}`);
  const model = modelSchema.safeParse(parse(text));
  if (!model.success) throw refuseModel('it describes no model of layers');
  const layers: ReadLayer[] = [];
  const [output] = flatten(model.data, { layers, inputs: [], path: [], place: ['layers'] });
  if (output === undefined) throw refuseModel('its model has no output');
  return layers;
}

/** The scope of a nested model: its inputs and its location. */
interface ModelScope {
  /** All layers so far; those of the model are appended. */
  readonly layers: ReadLayer[];
  readonly inputs: readonly number[];
  readonly path: readonly string[];
  readonly place: readonly string[];
}

/** Appends the layers of a model. @returns the indices of its outputs. */
function flatten({ class_name: kind, config: model }: ModelJson, around: ModelScope): readonly number[] {
  if (!MODELS.has(kind)) throw refuseModel(`it holds a ${kind.slice(0, 80)}, whose layers it does not describe`);
  if (around.path.length >= DEEPEST) throw refuseModel(`models lie more than ${DEEPEST} deep in each other`);
  const sequential = kind === 'Sequential';
  const counts = new Map<string, number>();
  const places = new Map<string, readonly number[]>();
  const pending = model.layers.map((json) => ({ json, name: nameIn(json), place: numbered(counts, json.class_name) }));
  let last: readonly number[] = around.inputs;
  // Layers are usually in the order of computation; repeat while some can be added.
  for (let before = -1; pending.length > 0 && pending.length !== before; ) {
    before = pending.length;
    for (const { json, name, place } of pending.splice(0)) {
      const reads = sequential ? last : inboundOf(json).flatMap((from) => places.get(from) ?? [-1]);
      if (reads.includes(-1)) {
        pending.push({ json, name, place });
        continue;
      }
      last = add(json, name, place, reads, around);
      places.set(name, last);
    }
  }
  if (pending.length > 0) throw refuseModel(`${pending[0]!.name.slice(0, 80)} reads what is not there`);
  if (sequential) return last;
  return namesIn(model.output_layers ?? []).flatMap((name) => places.get(name) ?? []);
}

function add(
  json: LayerJson,
  name: string,
  place: string,
  inputs: readonly number[],
  { layers, path, place: around, inputs: given }: ModelScope,
): readonly number[] {
  const at = { path: [...path, name], place: [...around, place] };
  const inner = modelSchema.safeParse(json);
  if (inner.success && MODELS.has(json.class_name)) {
    return flatten(inner.data, { layers, inputs, path: at.path, place: [...at.place, 'layers'] });
  }
  if (layers.length >= MOST_LAYERS) throw refuseModel(`it has more than ${MOST_LAYERS} layers`);
  // The input layer of a nested model passes on its input.
  const reads = json.class_name === 'InputLayer' ? given : inputs;
  layers.push({ type: json.class_name, name, inputs: reads, config: json.config, ...at });
  return [layers.length - 1];
}

function nameIn({ name, config: { name: own } }: LayerJson): string {
  return name ?? (typeof own === 'string' ? own : '');
}

/** Names of a layer's inputs, in both forms: `[[["conv2d", 0, 0, {}]]]`, and tensors in arguments. */
function inboundOf({ inbound_nodes: nodes }: LayerJson): readonly string[] {
  const [node, ...others] = nodes;
  if (others.length > 0) throw refuseModel('a layer is used more than once');
  return namesIn(node);
}

function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) {
    if (typeof value[0] === 'string' && typeof value[1] === 'number') return [value[0]];
    return value.flatMap(namesIn);
  }
  if (value === null || typeof value !== 'object') return [];
  if ('keras_history' in value) return namesIn(value.keras_history);
  if ('args' in value) return namesIn(value.args);
  return 'config' in value ? namesIn(value.config) : [];
}

/** Keras's name for the next layer of a class: `conv2d`, `conv2d_1`, ... (`to_snake_case` of keras.src.utils.naming). */
function numbered(counts: Map<string, number>, type: string): string {
  const snake = type
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
  const count = counts.get(snake) ?? 0;
  counts.set(snake, count + 1);
  return count === 0 ? snake : `${snake}_${count}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A layer's name and class, for errors. */
export function nameOf({ name, type }: Pick<ReadLayer, 'name' | 'type'>): string {
  return `${name.slice(0, 80)} (${type.slice(0, 80)})`;
}

/** The error WEIGHTS_REFUSED for a model file. */
export function refuseModel(why: string): HubError {
  return new HubError('WEIGHTS_REFUSED', `This is not a model that can be taken: ${why}.`);
}
