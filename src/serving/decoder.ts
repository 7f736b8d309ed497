import { availableParallelism } from 'node:os';
import { HubError } from '../errors.js';
import { FairLimit } from '../fair-limit.js';
import type { Place } from './admission.js';
import { decodePhoto } from './decode-photo.js';
import { encodedIn, type PhotoSource, type Photos } from './photo-source.js';

/** The pixels of a request's photos. */
export interface Decoded {
  /** [side, side, 3] of each photo. */
  readonly pixels: readonly Uint8Array[];
  /** Time of decoding; 0 where pixels were sent. */
  readonly milliseconds: number;
  /** Bytes that `at` keeps in memory. */
  readonly memory: number;
  /** The same photos for a network of another size: [count, side, side, 3]. */
  at(side: number): Promise<Uint8Array>;
}

/** Decodes encoded photos, as many at once as there are cores. Batches wait a moment for photos that it has not finished. */
export class Decoder {
  readonly #oneOnEachCore = new FairLimit(availableParallelism());
  #pending = 0;

  /**
   * @param maxPhotoMemory bytes that a decoded photo may take.
   * @param onFailure called when a photo was not decoded: a batch that waits for it may start.
   */
  constructor(
    private readonly maxPhotoMemory: number,
    private readonly onFailure: () => void,
  ) {}

  /** Photos that are being decoded or wait for it. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * @param side of the pixels that the network takes.
   * @throws IMAGE_REFUSED; BAD_INPUT for a wrong number of pixels; the signal's reason once it is aborted.
   */
  async decode(source: PhotoSource, photos: Photos, side: number, place: Place): Promise<Decoded> {
    const encoded = encodedIn(source, photos);
    if (!encoded) {
      const { bytes, count } = photos;
      return { pixels: split(bytes, count, side), milliseconds: 0, memory: bytes.length, at: async () => bytes };
    }
    const decoded = await Promise.all(
      encoded.map((photo, i) => this.#decodeOne(photo, side, place, i, encoded.length)),
    );
    const pixels = decoded.map((one) => one.pixels);
    return {
      pixels,
      milliseconds: Math.max(...decoded.map(({ milliseconds }) => milliseconds)),
      memory: [...encoded, ...pixels].reduce((sum, { length }) => sum + length, 0),
      async at(other) {
        if (other === side) return joined(pixels);
        return joined(await Promise.all(encoded.map((photo) => decodePhoto(photo, other))));
      },
    };
  }

  async #decodeOne(
    photo: Uint8Array,
    side: number,
    { caller, deadline: { signal } }: Place,
    index: number,
    count: number,
  ) {
    let isDecoded = false;
    this.#pending += 1;
    try {
      return await this.#oneOnEachCore.run(caller, async () => {
        signal.throwIfAborted(); // its deadline has passed while it waited
        const began = performance.now();
        const pixels = await decodePhoto(photo, side, this.maxPhotoMemory);
        isDecoded = true;
        return { pixels, milliseconds: performance.now() - began };
      });
    } catch (error) {
      if (count === 1 || !(error instanceof HubError)) throw error;
      throw new HubError(error.code, `Photo ${index} of ${count}: ${error.message}`, { ...error.details, index });
    } finally {
      this.#pending -= 1;
      if (!isDecoded) this.onFailure();
    }
  }
}

function joined(pixels: readonly Uint8Array[]): Uint8Array {
  return pixels.length === 1 ? (pixels[0] as Uint8Array) : Buffer.concat(pixels);
}

/** Copies each photo: of a view, the whole buffer would be sent to the network's thread, once for each photo. */
function split(pixels: Uint8Array, count: number, side: number): Uint8Array[] {
  const size = side ** 2 * 3;
  if (pixels.length !== count * size) {
    const bound = `This version takes photos of ${side} x ${side} pixels, ${size} bytes each`;
    const message = `${bound}: ${count * size} bytes are needed, ${pixels.length} were received.`;
    throw new HubError('BAD_INPUT', message, { expected: count * size, received: pixels.length });
  }
  return Array.from({ length: count }, (_, i) => new Uint8Array(pixels.subarray(i * size, (i + 1) * size)));
}
