/** What a layer is called with: the names of the layers it reads, and the other arguments. */
export interface Call {
  readonly inputs: readonly string[];
  /** Arguments that are no tensors, in their order; null in the place of a tensor. */
  readonly values: readonly unknown[];
  /** Whether it computes as in training also when the model is used. Keras 3 notes such an argument and overrides it. */
  readonly training: boolean;
}

/** What Keras 2 writes in the place of a layer's name before a constant. */
const CONSTANT = '_CONSTANT_VALUE';

/**
 * Reads a node of a layer, in every form: `[["conv2d", 0, 0, {}], ...]` of Keras 1 and 2, `["conv2d", 0, 0, {"y": 2}]` of its
 * operators, and `{"args": [...], "kwargs": {...}}` of Keras 3, with tensors as objects.
 */
export function readCall(node: unknown): Call {
  const values: unknown[] = [];
  const named = argumentsOf(node);
  for (const value of [...named.ordered, ...Object.values(named.byName)]) {
    values.push(namesIn(value).length > 0 ? null : value);
  }
  const inputs = namesIn([named.ordered, Object.values(named.byName)]);
  return { inputs, values, training: Array.isArray(node) && named.byName.training === true };
}

/** Names of the layers whose outputs a value holds. */
export function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) {
    const [name, node] = value as unknown[];
    if (typeof name === 'string' && typeof node === 'number') return name === CONSTANT ? [] : [name];
    return value.flatMap(namesIn);
  }
  if (value === null || typeof value !== 'object') return [];
  if ('keras_history' in value) return namesIn(value.keras_history);
  return 'config' in value ? namesIn(value.config) : [];
}

interface Arguments {
  readonly ordered: readonly unknown[];
  readonly byName: Readonly<Record<string, unknown>>;
}

function argumentsOf(node: unknown): Arguments {
  if (Array.isArray(node)) {
    const entries: unknown[][] = typeof node[0] === 'string' ? [node] : node.filter(Array.isArray);
    const ordered = entries.map(([name, at, value]) => (name === CONSTANT ? value : [name, at]));
    return { ordered, byName: Object.assign({}, ...entries.map((entry) => objectOr(entry[3]))) };
  }
  const { args, kwargs } = objectOr(node);
  return { ordered: Array.isArray(args) ? args : [], byName: objectOr(kwargs) };
}

function objectOr(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : {};
}
