import { nameOf, type ReadLayer, refuseModel } from './description.js';

/** Layers that give back what they get when a model is used, in Keras 2 and 3; they act in training only. */
const IDENTITIES: ReadonlySet<string> = new Set([
  ...['RandomFlip', 'RandomRotation', 'RandomZoom', 'RandomTranslation', 'RandomHeight', 'RandomWidth', 'RandomShear'],
  ...['RandomContrast', 'RandomBrightness', 'RandomHue', 'RandomSaturation', 'RandomSharpness', 'RandomColorJitter'],
  ...['RandomColorDegeneration', 'RandomGrayscale', 'RandomInvert', 'RandomPosterization', 'RandomErasing'],
  ...['RandomPerspective', 'RandomGaussianBlur', 'RandomElasticTransform', 'AugMix', 'CutMix', 'MixUp', 'RandAugment'],
  ...['GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'SpatialDropout2D', 'ActivityRegularization', 'Identity'],
]);

/** Operators with a constant, by the names that Keras 3, Keras 2 and TensorFlow 2.3 give them. */
const OPERATORS: Readonly<Record<string, (constant: number) => Affine>> = {
  divide: (constant) => ({ scale: 1 / constant, offset: 0 }),
  multiply: (constant) => ({ scale: constant, offset: 0 }),
  add: (constant) => ({ scale: 1, offset: constant }),
  subtract: (constant) => ({ scale: 1, offset: -constant }),
};
const NAMES: Readonly<Record<string, string>> = {
  ...{ TrueDivide: 'divide', Divide: 'divide', Multiply: 'multiply', Add: 'add', Subtract: 'subtract', Cast: 'cast' },
  ...{ 'math.truediv': 'divide', 'math.divide': 'divide', 'math.multiply': 'multiply', 'math.add': 'add' },
  ...{ 'math.subtract': 'subtract', '__operators__.add': 'add', cast: 'cast' },
  ...{ RealDiv: 'divide', Mul: 'multiply', AddV2: 'add', Sub: 'subtract' },
};

/** x * scale + offset. */
interface Affine {
  readonly scale: number;
  readonly offset: number;
}

/** Reads a variable of a layer, by its name or by its index in Keras's order. */
export type ReadVariable = (layer: ReadLayer, variable: string, index: number) => readonly number[] | undefined;

/**
 * The layers that compute something when the model is used. Those for training are left out, and scalings of pixels, as
 * operators or normalizations, become `Rescaling`; successive ones become one.
 * @param read layers, each after its inputs.
 */
export function inferenceLayers(read: readonly ReadLayer[], variable: ReadVariable): readonly ReadLayer[] {
  return mergeScalings(
    rebuilt(read, (layer, inputs) => {
      if (isIdentity(layer)) return { same: inputs[0] };
      const scaling = scalingOf(layer, variable);
      return { layer: scaling ? { ...layer, type: 'Rescaling', config: configOf(scaling) } : layer };
    }),
  );
}

function mergeScalings(read: readonly ReadLayer[]): readonly ReadLayer[] {
  const uses = read.flatMap(({ inputs }) => inputs);
  const isMerged = (layer: ReadLayer | undefined): boolean => {
    const [input] = layer?.inputs ?? [];
    const isScaled =
      input !== undefined && read[input]?.type === 'Rescaling' && uses.filter((one) => one === input).length === 1;
    return layer?.type === 'Rescaling' && isScaled;
  };
  const wholeScaling = (layer: ReadLayer): readonly Affine[] => {
    const own = rescaling(layer);
    if (!isMerged(layer)) return own;
    const first = wholeScaling(read[layer.inputs[0]!] as ReadLayer);
    return own.map((next, c) => after(first[c]!, next));
  };
  const isGone = (layer: ReadLayer): boolean => {
    const index = read.indexOf(layer);
    return layer.type === 'Rescaling' && read.some((next) => next.inputs.includes(index) && isMerged(next));
  };
  return rebuilt(read, (layer, inputs) => {
    if (isGone(layer)) return { same: inputs[0] };
    return { layer: isMerged(layer) ? { ...layer, config: configOf(wholeScaling(layer)) } : layer };
  });
}

/** The layers with others in their places, or without them: what read such a layer reads its input. */
function rebuilt(
  read: readonly ReadLayer[],
  change: (layer: ReadLayer, inputs: readonly number[]) => { layer: ReadLayer } | { same: number | undefined },
): readonly ReadLayer[] {
  const kept: ReadLayer[] = [];
  const places: (number | undefined)[] = [];
  for (const layer of read) {
    const inputs = layer.inputs.flatMap((input) => places[input] ?? []);
    const changed = change(layer, inputs);
    places.push('same' in changed ? changed.same : kept.push({ ...changed.layer, inputs }) - 1);
  }
  return kept;
}

function isIdentity(layer: ReadLayer): boolean {
  const { type, config } = layer;
  return (
    IDENTITIES.has(type) || (type === 'Activation' && config.activation === 'linear') || operatorOf(layer) === 'cast'
  );
}

/** Name of the operator that a layer is, if it is one. */
function operatorOf({ type, config, inputs, values }: ReadLayer): string | undefined {
  if (inputs.length !== 1) return undefined;
  if (type === 'TFOpLambda') return NAMES[String(config.function)];
  if (type === 'TensorFlowOpLayer') return NAMES[String((config.node_def as { op?: unknown } | undefined)?.op)];
  return values[0] === null ? NAMES[type] : undefined;
}

/** The scaling that a layer is, by channel; undefined for other layers. */
function scalingOf(layer: ReadLayer, variable: ReadVariable): readonly Affine[] | undefined {
  const { type, config, values } = layer;
  if (type === 'Rescaling') return rescaling(layer);
  if (type === 'Normalization') return normalization(layer, variable);
  const operator = OPERATORS[operatorOf(layer) ?? ''];
  if (!operator) return undefined;
  const inputFirst = type === 'TensorFlowOpLayer' || values[0] === null;
  const constant = type === 'TensorFlowOpLayer' ? Object.values(config.constants ?? {})[0] : values[1];
  if (!inputFirst) throw refuseModel(`${nameOf(layer)} computes with a constant first; only the input may be first`);
  return channels(layer, constant).map(operator);
}

function rescaling(layer: ReadLayer): readonly Affine[] {
  return affine(channels(layer, layer.config.scale), channels(layer, layer.config.offset ?? 0));
}

/** (x - mean) / max(sqrt(variance), 1e-7), the epsilon of Keras. */
function normalization(layer: ReadLayer, variable: ReadVariable): readonly Affine[] {
  const { config } = layer;
  const axis = [config.axis ?? -1].flat();
  if (config.invert === true || axis.length !== 1 || ![-1, 3].includes(axis[0] as number)) {
    throw refuseModel(`${nameOf(layer)} does not normalize the channels of the pixels`);
  }
  const [mean, variance] = ['mean', 'variance'].map((name, i) => {
    return channels(layer, config[name] ?? variable(layer, name, i));
  }) as [number[], number[]];
  const scales = variance.map((value) => 1 / Math.max(Math.sqrt(value), 1e-7));
  return affine(
    scales,
    scales.map((scale, c) => -mean[c]! * scale),
  );
}

/** A value for each of the three channels, from one number or one for each. */
function channels(layer: ReadLayer, value: unknown): readonly number[] {
  const numbers = numbersIn(value);
  if (numbers.length === 1) return Array<number>(3).fill(numbers[0]!);
  if (numbers.length === 3) return numbers;
  const got = JSON.stringify(value)?.slice(0, 80) ?? 'nothing';
  throw refuseModel(`${nameOf(layer)} has ${got} where a number, or one for each channel, is needed`);
}

/** The finite numbers in a value: a number, nested lists, or an array as Keras 3 writes it. */
function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value];
  if (Array.isArray(value)) return value.flatMap(numbersIn);
  if (value === null || typeof value !== 'object') return [];
  return 'config' in value ? numbersIn(value.config) : 'value' in value ? numbersIn(value.value) : [];
}

function affine(scale: readonly number[], offset: readonly number[]): readonly Affine[] {
  return scale.map((one, c) => ({ scale: one, offset: offset[c]! }));
}

function after(first: Affine, next: Affine): Affine {
  return { scale: first.scale * next.scale, offset: first.offset * next.scale + next.offset };
}

/** The configuration of a `Rescaling`: numbers where all channels have the same. */
function configOf(scaling: readonly Affine[]): ReadLayer['config'] {
  const joined = (values: readonly number[]): unknown => (new Set(values).size === 1 ? values[0] : values);
  return { scale: joined(scaling.map(({ scale }) => scale)), offset: joined(scaling.map(({ offset }) => offset)) };
}
