import type { Forward } from '../engines/engine.js';
import { HubError } from '../errors.js';
import type { BlobStore } from '../storage/blobs.js';
import { decodePhoto } from './decode-photo.js';
import type { ServedVersion } from './served-version.js';

/**
 * Largest difference of a probability from the reference answer, which was computed with 32-bit floats: processors and
 * decoders round differently, and fewer bits are less exact.
 */
export const TOLERANCE = { FP32: 0.01, BF16: 0.05, INT8: 0.2 } as const;

/** Comparison of a loaded version with its reference answers; NOT_POSSIBLE for one from before they were stored. */
export const SelfCheckOutcome = { PASSED: 'PASSED', NOT_POSSIBLE: 'NOT_POSSIBLE' } as const;
export type SelfCheckOutcome = (typeof SelfCheckOutcome)[keyof typeof SelfCheckOutcome];

/** A reference answer: a photo, and the probabilities when the version was registered. */
interface ExpectedAnswer {
  /** The encoded photo in base64. */
  readonly photo: string;
  /** By class. */
  readonly probabilities: readonly number[];
}

/** Stores photos with a network's answers. @returns the blob. */
export async function recordAnswers(
  network: Forward,
  { size }: Pick<ServedVersion, 'size'>,
  photos: readonly Uint8Array[],
  blobs: BlobStore,
): Promise<string> {
  const answers: ExpectedAnswer[] = [];
  for (const photo of photos) {
    const probabilities = await network.run(await decodePhoto(photo, size.input), 1);
    answers.push({ photo: Buffer.from(photo).toString('base64'), probabilities: [...probabilities] });
  }
  return (await blobs.put(Buffer.from(JSON.stringify(answers)))).sha256;
}

/**
 * Compares the answers of a loaded version with its reference answers.
 * @throws SELF_CHECK_FAILED, with the photo and both probabilities.
 */
export async function checkAnswers(
  network: Forward,
  version: ServedVersion,
  blobs: BlobStore,
): Promise<SelfCheckOutcome> {
  const { expected, labels, size } = version;
  if (!expected) return 'NOT_POSSIBLE';
  const answers = JSON.parse((await blobs.get(expected.blob)).toString('utf8')) as ExpectedAnswer[];
  for (const [i, { photo, probabilities }] of answers.entries()) {
    const got = await network.run(await decodePhoto(Buffer.from(photo, 'base64'), size.input), 1);
    const away = probabilities.map((probability, c) => Math.abs(probability - (got[c] ?? Number.NaN)));
    const farthest = away.reduce((worst, distance, c) => (distance <= away[worst]! ? worst : c), 0);
    if (got.length === labels.length && away[farthest]! <= expected.tolerance) continue;
    const details = {
      photo: i + 1,
      photos: answers.length,
      label: labels[farthest],
      expected: probabilities[farthest],
      got: got[farthest],
      tolerance: expected.tolerance,
    };
    const message =
      `Version ${version.number} of ${version.model} does not answer as it did when it was registered: of photo ` +
      `${details.photo} of ${details.photos} it says ${details.label} with ${details.got}, and ${details.expected} ` +
      `was recorded (tolerance ${details.tolerance}).` +
      (version.form.precision === 'FP32'
        ? ''
        : ` With 32-bit floats it may: hub model precision ${version.model} ${version.number} fp32.`);
    throw new HubError('SELF_CHECK_FAILED', message, details);
  }
  return 'PASSED';
}
