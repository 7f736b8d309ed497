import type { Layer } from './layers.js';

/** Scaling of pixels from 0 to 255 before the first layer: y = x * scale - shift. */
export interface Preprocessing {
  readonly scale: number;
  readonly shift: number;
  /** The same as a text, for people. */
  readonly formula: string;
}

/**
 * A family of networks that differ in their width and in the block after which they end. This is all that a hub knows of it:
 * nothing outside `src/network` and `src/engines` asks which one a network is of.
 */
export interface Architecture {
  /** Its name in records, without spaces. */
  readonly name: string;
  /** Names of the layers that end its blocks, in order. Training can start after each, and a network can end with each. */
  readonly blocks: readonly string[];
  /** Blocks after which fine-tuning starts: `late` by default, `early` where the recipe is to be more accurate. */
  readonly fineTuneFrom: { readonly late: string; readonly early: string };
  /** Side in pixels of the smallest image that it can compute. */
  readonly smallestImage: number;
  /** Side in pixels at which it learns small images best for its time, as measured with those of CIFAR-10 (ADR 6). */
  readonly suggestedImageSize: number;
  readonly preprocessing: Preprocessing;
  /** Whether the hub reads and writes it as files of Keras. */
  readonly keras: boolean;
  /** Its first convolution: weights are recognized by this name, and their width by the number of filters. */
  readonly firstConvolution: { readonly name: string; readonly filters: number };
  /** The network without its top, with global average pooling. @param width multiplies every number of filters. */
  readonly layers: (width: number) => readonly Layer[];
}
