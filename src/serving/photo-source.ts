import { HubError } from '../errors.js';
import { BOUNDS } from '../limits.js';

/** How photos reach the hub: one encoded photo, or pixels of the size that the version takes. */
export type PhotoForm = 'encoded' | 'pixels';

/** The photos of a request, once they are read. */
export interface Photos {
  /** One encoded photo, or pixels: [count, side, side, 3], RGB, uint8. Empty where there is `encoded`. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Encoded photos, of a request that may bring them in place of pixels. */
  readonly encoded?: readonly Uint8Array[] | undefined;
  /** Milliseconds until the answer, where the request itself says so; `servingDeadline` is the most. */
  readonly deadline?: number | undefined;
}

/** Counts bytes that are about to be kept in memory. @throws OVERLOADED when there is no room for them. */
export type Hold = (bytes: number) => void;

/** Where the photos of a request come from. Each door of the hub implements it; serving reads it once, after admission. */
export interface PhotoSource<P extends Photos = Photos> {
  /** The form to expect; `pixels` where the request itself says which. */
  readonly form: PhotoForm;
  read(hold: Hold): Promise<P>;
}

/** A source of one encoded photo. @param read resolves to its bytes. */
export function encodedPhoto(read: (hold: Hold) => Promise<Uint8Array>): PhotoSource {
  return { form: 'encoded', read: async (hold) => ({ bytes: await read(hold), count: 1 }) };
}

/** The encoded photos of a request that was read; null where it has pixels. */
export function encodedIn({ form }: PhotoSource, { bytes, encoded }: Photos): readonly Uint8Array[] | null {
  return encoded ?? (form === 'encoded' ? [bytes] : null);
}

/** The refusal of an encoded photo of more than `BOUNDS.photo.value`. */
export function photoTooLarge(): HubError {
  const message = `Photo is over ${BOUNDS.photo.value / 1_000_000} MB, the limit: make it smaller.`;
  return new HubError('LIMIT_EXCEEDED', message, { limit: BOUNDS.photo.value });
}
