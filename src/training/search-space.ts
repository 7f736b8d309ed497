import { HubError } from '../errors.js';
import { randomStream, uniform } from '../random.js';
import { HYPERPARAMETERS, type Hyperparameter } from './hyperparameters.js';
import type { Recipe, Scale } from './recipe.js';
import { resolveRecipe } from './recipe-resolution.js';

/** Most trials of a sweep. */
const TRIALS_LIMIT = 1000;

/** The values to try of a hyperparameter: a list, or a range. */
export interface SearchParameter {
  readonly name: string;
  readonly values?: readonly unknown[] | null;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly scale?: Scale | null;
}

/** The hyperparameters in which a trial differs from the base recipe. */
export type TrialValues = Readonly<Record<string, unknown>>;

/**
 * Every combination of the listed values; the last parameter changes fastest.
 * @throws BAD_INPUT when a parameter cannot be used; LIMIT_EXCEEDED when there are too many combinations.
 */
export function gridTrials(base: Recipe, parameters: readonly SearchParameter[]): TrialValues[] {
  checkParameters(base, parameters);
  const combinations = parameters.reduce((product, { name, values }) => {
    if (!values) throw refuseSweep(`a grid needs a list of values for ${name}`);
    return product * values.length;
  }, 1);
  if (combinations > TRIALS_LIMIT) throw tooMany(combinations);
  return parameters.reduce<TrialValues[]>(
    (trials, { name, values }) =>
      trials.flatMap((trial) => (values ?? []).map((value) => ({ ...trial, [name]: value }))),
    [{}],
  );
}

/**
 * Random trials, each drawn independently: asking for more trials repeats the first ones.
 * @throws BAD_INPUT when a parameter cannot be used; LIMIT_EXCEEDED when there are too many trials.
 */
export function randomTrials(
  base: Recipe,
  parameters: readonly SearchParameter[],
  trials: number,
  seed: number,
): TrialValues[] {
  checkParameters(base, parameters);
  if (trials > TRIALS_LIMIT) throw tooMany(trials);
  return Array.from({ length: trials }, (_, trial) =>
    Object.fromEntries(parameters.map((parameter) => [parameter.name, draw(parameter, seed, trial)])),
  );
}

function draw({ name, values, min, max, scale }: SearchParameter, seed: number, trial: number): unknown {
  const share = uniform(randomStream(seed, 'sweep', name, trial));
  if (values) return values[Math.floor(share * values.length)];
  const [low, high] = [min as number, max as number];
  const value = scale === 'LOG' ? low * (high / low) ** share : low + (high - low) * share;
  return knownHyperparameter(name).kind === 'INT' ? Math.round(value) : value;
}

/** Checks that every bound and every listed value is valid in a recipe. @throws BAD_INPUT when one is not. */
function checkParameters(base: Recipe, parameters: readonly SearchParameter[]): void {
  if (base.validation === 'TEST_SPLIT') {
    throw refuseSweep('trials are compared on held-out images, but the base recipe validates on the test images');
  }
  const names = parameters.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw refuseSweep(`${twice} is named twice`);
  for (const parameter of parameters) {
    const { name, values, min, max, scale } = parameter;
    const { kind, fixedInSweeps } = knownHyperparameter(name);
    if (fixedInSweeps) throw refuseSweep(`${name} must be the same in all trials: ${fixedInSweeps}`);
    const ends = [min, max].filter((end) => end != null);
    if ((values != null) === ends.length > 0) throw refuseSweep(`${name} needs either values, or min and max`);
    if (values?.length === 0) throw refuseSweep(`${name} has an empty list of values`);
    if (!values) {
      if (kind !== 'INT' && kind !== 'FLOAT') throw refuseSweep(`${name} is not a number: it needs a list of values`);
      if (min == null || max == null || min >= max) throw refuseSweep(`${name} needs a min below its max`);
      if (scale === 'LOG' && min <= 0) throw refuseSweep(`${name} needs a min above 0 for the scale LOG`);
    }
    for (const value of values ?? ends) resolveRecipe('standard', { ...base, [name]: value });
  }
}

function knownHyperparameter(name: string): Hyperparameter {
  const found = HYPERPARAMETERS.find((other) => other.name === name);
  if (found) return found;
  const free = HYPERPARAMETERS.filter(({ fixedInSweeps }) => !fixedInSweeps).map((other) => other.name);
  throw refuseSweep(`there is no hyperparameter named ${name}; trials can differ in ${free.join(', ')}`);
}

function tooMany(trials: number): HubError {
  const message = `The sweep would have ${trials} trials; the limit is ${TRIALS_LIMIT}.`;
  return new HubError('LIMIT_EXCEEDED', message, { limit: TRIALS_LIMIT, received: trials });
}

function refuseSweep(why: string): HubError {
  return new HubError('BAD_INPUT', `The sweep cannot be started: ${why.replace(/\.$/, '')}.`);
}
