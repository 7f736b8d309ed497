import { performance } from 'node:perf_hooks';
import type { DenseLayer } from '../network/layers.js';
import { type Batch, type Engine, newFeatures, type Step, type Trainer, type TrainerSpec } from './engine.js';
import { wasBusy, watchProcessorTime } from './machine-load.js';

/** Timed calls of each trainer. */
const ROUNDS = 3;
/** Milliseconds after which no further round begins. */
const ENOUGH_MS = 10_000;
/** Too small to change what later steps compute with. */
const LEARNING_RATE = 1e-9;
/** Bits of 0.5 as a 16-bit float. */
const HALF = 0x3800;

/** The speeds of engines in the same steps. */
export interface StepSpeeds {
  /** By engine, the best of its calls. */
  readonly imagesPerSecond: readonly number[];
  /** Whether other processes slowed them: ONNX Runtime, whose threads spin while they wait, more than TensorFlow. */
  readonly busy: boolean;
}

/**
 * Measures how fast engines take the same steps, on random features. They take turns, so that other work on the machine slows
 * all of them.
 * @throws the signal's reason when it aborts.
 */
export async function stepSpeeds(
  engines: readonly Engine[],
  spec: TrainerSpec,
  signal: AbortSignal,
): Promise<StepSpeeds> {
  const trainers: Trainer[] = [];
  try {
    for (const engine of engines) {
      const trainer = await engine.trainer(spec);
      trainers.push(trainer);
      await timeOfCall(trainer, spec, signal); // the first one builds its graph
    }
    const seconds: number[] = trainers.map(() => Number.POSITIVE_INFINITY);
    const timed = watchProcessorTime();
    const began = performance.now();
    for (let round = 0; round < ROUNDS && (round === 0 || performance.now() - began < ENOUGH_MS); round++) {
      for (const [i, trainer] of trainers.entries()) {
        seconds[i] = Math.min(seconds[i] as number, await timeOfCall(trainer, spec, signal));
      }
    }
    const busy = wasBusy(timed(), Math.min(...engines.map(({ info }) => info.threads)));
    return { imagesPerSecond: seconds.map((perStep) => spec.batchSize / perStep), busy };
  } finally {
    for (const trainer of trainers) await trainer.dispose();
  }
}

/** Seconds per step. */
async function timeOfCall(trainer: Trainer, spec: TrainerSpec, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const steps = Array.from({ length: trainer.stepsPerCall }, () => stepOf(trainer, spec));
  const began = performance.now();
  await trainer.take(steps);
  return (performance.now() - began) / 1000 / steps.length;
}

function stepOf({ passSize }: Trainer, spec: TrainerSpec): Step {
  const { batchSize } = spec;
  const passes = Array.from({ length: Math.ceil(batchSize / passSize) }, (_, i) =>
    batchOf(spec, Math.min(passSize, batchSize - i * passSize)),
  );
  return { passes, count: batchSize, learningRate: LEARNING_RATE };
}

function batchOf({ input, layers }: TrainerSpec, count: number): Batch {
  const { height, width, channels } = input.shape;
  const features = newFeatures(input.type, count * height * width * channels);
  for (let i = 0; i < features.length; i++) {
    // Halves from 0.5 to 1: numbers as in maps, without subnormal ones, which are slow.
    features[i] = input.type === 'float16' ? HALF + Math.floor(Math.random() * 0x400) : Math.random();
  }
  const classes = (layers.at(-1) as DenseLayer).units;
  const targets = new Float32Array(count * classes);
  for (let row = 0; row < count; row++) targets[row * classes + (row % classes)] = 1;
  return { features, targets, count, masks: new Map() };
}
