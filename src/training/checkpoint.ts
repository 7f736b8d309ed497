import { z } from 'zod';
import type { TrainerState } from '../engines/engine.js';
import { readSafetensors, safetensorsParts } from '../network/safetensors.js';
import type { Tensor, Weights } from '../network/tensor.js';
import type { BlobStore } from '../storage/blobs.js';
import type { EpochMetrics } from './epoch-metrics.js';

/** An epoch that has not ended: images trained on so far, and sums over them. */
export interface PartialEpoch {
  readonly images: number;
  /** Sum of the losses, in nats. */
  readonly loss: number;
  /** Images classified correctly. */
  readonly correct: number;
}

export const NO_IMAGES_YET: PartialEpoch = { images: 0, loss: 0, correct: 0 };

/** Time and work before a checkpoint. */
export interface Spent {
  /** Seconds. */
  readonly features: number;
  /** Seconds. */
  readonly training: number;
  /** Seconds of `training` in the epoch under way. */
  readonly epoch: number;
  /** Image variants whose features were computed; null if they are recomputed in every epoch. */
  readonly computed: number | null;
}

export const NOTHING_SPENT: Spent = { features: 0, training: 0, epoch: 0, computed: 0 };

/** The full state of a run: restoring it continues with the same numbers as if the run had not stopped. */
export interface Checkpoint {
  readonly state: TrainerState;
  /** Figures of the finished epochs. */
  readonly history: readonly EpochMetrics[];
  /** The epoch under way. */
  readonly partial: PartialEpoch;
  /** What the run has taken so far, in all attempts. */
  readonly spent: Spent;
  /** Weights that the run may keep instead of the latest ones (see `keepWeights`). */
  readonly kept: Weights;
}

const metadataSchema = z.object({
  step: z.coerce.number(),
  history: z.string().transform((text) => JSON.parse(text) as EpochMetrics[]),
  partial: z.string().transform((text) => JSON.parse(text) as PartialEpoch),
  spent: z
    .string()
    .transform((text) => JSON.parse(text) as Spent)
    .default(NOTHING_SPENT), // absent from checkpoints of earlier versions
});

/** Prefixes of the tensor names in the file. */
const PARTS = ['weights', 'firstMoments', 'secondMoments', 'kept'] as const;

/** Stores a checkpoint durably. @returns the hash of its blob. */
export async function saveCheckpoint(blobs: BlobStore, checkpoint: Checkpoint): Promise<string> {
  const { state, kept, history, partial, spent } = checkpoint;
  const parts = { ...state, kept };
  const tensors = new Map<string, Tensor>();
  for (const part of PARTS) for (const [name, tensor] of parts[part]) tensors.set(`${part}:${name}`, tensor);
  const metadata = {
    step: String(state.step),
    history: JSON.stringify(history),
    partial: JSON.stringify(partial),
    spent: JSON.stringify(spent),
  };
  return (await blobs.put(safetensorsParts(tensors, metadata))).sha256;
}

/** Reads a checkpoint. @throws WEIGHTS_REFUSED when it is not a safetensors file. */
export async function loadCheckpoint(blobs: BlobStore, sha256: string): Promise<Checkpoint> {
  const file = readSafetensors(await blobs.get(sha256));
  const { step, history, partial, spent } = metadataSchema.parse(file.metadata);
  const take = (part: string): Weights =>
    new Map(
      [...file.weights].flatMap(([name, tensor]): [string, Tensor][] => {
        const prefix = `${part}:`;
        return name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [];
      }),
    );
  const [weights, firstMoments, secondMoments, kept] = PARTS.map(take) as [Weights, Weights, Weights, Weights];
  return { state: { step, weights, firstMoments, secondMoments }, history, partial, spent, kept };
}
