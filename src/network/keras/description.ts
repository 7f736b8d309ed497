import { HubError } from '../../errors.js';
import { type Call, namesIn, readCall } from './calls.js';
import { asModel, classOf, type LayerJson, MOST_LAYERS, type ModelJson, nameIn } from './model-json.js';

/** Most characters of a description; InceptionV3's has 300,000. */
export const LONGEST = 16 * 1024 ** 2;
/** Most levels of nested models in a file. */
const DEEPEST = 4;

/** A layer of a Keras model file. Nested models are flattened. */
export interface ReadLayer {
  /** Name of its class in Keras. */
  readonly type: string;
  readonly name: string;
  /** Its inputs, as indices into the list of layers. */
  readonly inputs: readonly number[];
  readonly config: Readonly<Record<string, unknown>>;
  /** Arguments of its call that are no tensors; null in the place of a tensor. */
  readonly values: readonly unknown[];
  /** Names of the enclosing models, and its own. */
  readonly path: readonly string[];
  /** Path of its variables in a `.keras` file: the class names of the enclosing models and its own, numbered per model. */
  readonly place: readonly string[];
}

const MODELS: ReadonlySet<string> = new Set(['Functional', 'Model', 'Sequential']);

/** Reads the layers of a model's description, each after its inputs. @throws WEIGHTS_REFUSED when it cannot be read. */
export function readDescription(text: string): readonly ReadLayer[] {
  if (text.length > LONGEST)
    throw refuseModel(`its description has ${text.length} characters; the limit is ${LONGEST}`);
  const model = asModel(parse(text));
  if (!model) throw refuseModel('it describes no model of layers');
  const layers: ReadLayer[] = [];
  const [output] = flatten(model, { layers, inputs: [], path: [], place: ['layers'] });
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
function flatten(json: ModelJson, around: ModelScope): readonly number[] {
  const { config: model } = json;
  const kind = classOf(json);
  if (!MODELS.has(kind)) throw refuseModel(`it holds a ${kind.slice(0, 80)}, whose layers it does not describe`);
  if (around.path.length >= DEEPEST) throw refuseModel(`models lie more than ${DEEPEST} deep in each other`);
  const counts = new Map<string, number>();
  const named = model.layers.map((json) => ({ json, name: nameIn(json), place: numbered(counts, json.class_name) }));
  if (kind === 'Sequential') {
    return named.reduce(
      (last, { json, name, place }) => add(json, name, place, last, around),
      around.inputs.length > 0 ? around.inputs : sequentialInput(json, around),
    );
  }
  const places = new Map<string, readonly number[]>();
  const pending = [...named];
  // Layers are usually in the order of computation; repeat while some can be added.
  for (let before = -1; pending.length > 0 && pending.length !== before; ) {
    before = pending.length;
    for (const { json, name, place } of pending.splice(0)) {
      const reads = callOf(json).inputs.flatMap((from) => places.get(from) ?? [-1]);
      if (reads.includes(-1)) pending.push({ json, name, place });
      else places.set(name, add(json, name, place, reads, around));
    }
  }
  if (pending.length > 0) throw refuseModel(`${pending[0]!.name.slice(0, 80)} reads what is not there`);
  return namesIn(model.output_layers ?? []).flatMap((name) => places.get(name) ?? []);
}

/**
 * The input of a Sequential that has no `InputLayer`: its shape is in its first layer, or where Keras keeps what it was built
 * with. None when the shape is not there.
 */
function sequentialInput({ config: model, build_config: built }: ModelJson, { layers, path }: ModelScope): number[] {
  const [first] = model.layers;
  if (first?.class_name === 'InputLayer') return [];
  const shapes = [first?.config.batch_input_shape, first?.config.batch_shape, model.build_input_shape];
  const shape = [...shapes, built?.input_shape].find((value) => Array.isArray(value) && value.length === 4);
  if (shape === undefined) return [];
  const config = { batch_input_shape: shape };
  const name = 'input';
  return [
    layers.push({ type: 'InputLayer', name, inputs: [], config, values: [], path: [...path, name], place: [] }) - 1,
  ];
}

function add(
  json: LayerJson,
  name: string,
  place: string,
  inputs: readonly number[],
  { layers, path, place: around, inputs: given }: ModelScope,
): readonly number[] {
  const at = { path: [...path, name], place: [...around, place] };
  const type = classOf(json);
  const { values, training } = callOf(json);
  if (training) {
    throw refuseModel(`${nameOf({ name, type })} is called with training=True: it computes as in training`);
  }
  const inner = asModel(json);
  if (inner && MODELS.has(type)) {
    return flatten(inner, { layers, inputs, path: at.path, place: [...at.place, 'layers'] });
  }
  if (layers.length >= MOST_LAYERS) throw refuseModel(`it has more than ${MOST_LAYERS} layers`);
  // The input layer of a nested model passes on its input.
  const reads = type === 'InputLayer' ? given : inputs;
  layers.push({ type, name, inputs: reads, config: json.config, values, ...at });
  return [layers.length - 1];
}

function callOf({ inbound_nodes: [node, ...others] }: LayerJson): Call {
  if (others.length > 0) throw refuseModel('a layer is used more than once');
  return readCall(node);
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
