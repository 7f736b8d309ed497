import pLimit from 'p-limit';
import { cropPixels, decodePixels, mirrorPixels, recolorPixels } from '../datasets/decode.js';
import type { ShardReader } from '../datasets/read-manifest.js';
import { type Features, type FeatureType, type Forward, type InputSize, newFeatures } from '../engines/engine.js';
import { chunks } from './chunks.js';
import type { ImageVariant } from './image-variants.js';

/** Pixels per forward pass: 64 images of 75 x 75. More is no faster on a CPU and takes more memory. */
const FORWARD_PIXELS = 64 * 75 * 75;

/** Images per forward pass. */
export function imagesPerPass({ image }: InputSize): number {
  return Math.max(1, Math.floor(FORWARD_PIXELS / image ** 2));
}

export interface FrozenPartOptions {
  readonly shards: ShardReader;
  /** Copies of the same network, each on its own thread. */
  readonly networks: readonly Forward<Features>[];
  readonly size: InputSize;
  readonly type: FeatureType;
  readonly signal: AbortSignal;
}

/**
 * The frozen part of the network, from encoded images to features. Each network takes the next batch as soon as it is free,
 * while later batches are decoded, so that all cores stay busy.
 */
export class FrozenPart {
  readonly #idle: Forward<Features>[];
  readonly #inFlight: ReturnType<typeof pLimit>;
  readonly #decoding: ReturnType<typeof pLimit>;

  constructor(private readonly options: FrozenPartOptions) {
    const { networks } = options;
    this.#idle = [...networks];
    this.#inFlight = pLimit(networks.length);
    this.#decoding = pLimit(networks.length + 1);
  }

  /** Features per image. */
  get outFeatures(): number {
    return (this.options.networks[0] as Forward<Features>).outFeatures;
  }

  /** @param onImages called after each forward pass with its number of images. @returns variants x outFeatures. */
  async compute(
    variants: readonly ImageVariant[],
    onImages: (images: number) => void = () => undefined,
  ): Promise<Features> {
    const { shards, size, type, signal } = this.options;
    const { outFeatures } = this;
    const batchSize = imagesPerPass(size);
    const features = newFeatures(type, variants.length * outFeatures);
    let isGivenUp = false;
    const work = chunks(variants, batchSize).map((batch, i) =>
      this.#decoding(async () => {
        signal.throwIfAborted();
        if (isGivenUp) return;
        const pixels = await decodeVariants(shards, batch, size.input);
        await this.#inFlight(async () => {
          signal.throwIfAborted();
          const network = this.#idle.pop() as Forward<Features>;
          features.set(await network.run(pixels, batch.length), i * batchSize * outFeatures);
          this.#idle.push(network);
        });
        onImages(batch.length);
      }),
    );
    try {
      await Promise.all(work);
    } finally {
      isGivenUp = true;
      await Promise.allSettled(work); // what they use may be closed afterwards
    }
    return features;
  }
}

/** Decodes image variants to pixels: n x side x side x 3 bytes, RGB. */
export async function decodeVariants(
  shards: Pick<ShardReader, 'read'>,
  variants: readonly ImageVariant[],
  side: number,
): Promise<Uint8Array> {
  const bytes = side * side * 3;
  const pixels = new Uint8Array(variants.length * bytes);
  await Promise.all(
    variants.map(async ({ image, crop, color, mirrored }, i) => {
      const encoded = await shards.read(image);
      const whole = await decodePixels(encoded, { width: side, height: side, fit: 'cover' });
      const cropped = crop ? await cropPixels(whole, side, crop) : whole;
      const colored = color ? recolorPixels(cropped, color) : cropped;
      pixels.set(mirrored ? await mirrorPixels(colored, side, side) : colored, i * bytes);
    }),
  );
  return pixels;
}
