import { performance } from 'node:perf_hooks';
import { decodePixels } from '../datasets/decode.js';
import { HubError } from '../errors.js';
import type { Deployments } from './deployments.js';
import type { ServedVersion } from './served-version.js';

/** An answer about one photo. */
export interface Classification {
  readonly label: string;
  /** Most probable first. */
  readonly top: readonly { readonly label: string; readonly probability: number }[];
  readonly version: ServedVersion;
  /** From the photo's bytes to the answer. */
  readonly milliseconds: number;
}

/**
 * Classifies an encoded photo of any size: decode, upright, reduce to what training saw, predict, rank.
 * @throws NOT_DEPLOYED, or IMAGE_REFUSED with the reason.
 */
export async function classify(
  deployments: Deployments,
  photo: Uint8Array,
  options: { readonly model: string; readonly alias: string; readonly topK: number },
): Promise<Classification> {
  const began = performance.now();
  const { version, probabilities } = await deployments.predict(options.model, options.alias, ({ size }) =>
    decodePhoto(photo, size.input),
  );
  const top = Array.from(probabilities, (probability, i) => ({ label: version.labels[i] as string, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, options.topK);
  return { label: top[0]?.label as string, top, version, milliseconds: performance.now() - began };
}

/** The decoder's reasons stand by themselves; here there is a photo to name. */
async function decodePhoto(photo: Uint8Array, side: number): Promise<Uint8Array> {
  try {
    return await decodePixels(photo, { width: side, height: side, fit: 'cover' });
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    throw new HubError(error.code, `The photo cannot be used: ${error.message}.`, error.details);
  }
}
