import { HubError } from '../errors.js';
import type { Output } from './batches.js';
import { drawHeatMap } from './heat-map.js';
import type { Held } from './loaded-versions.js';
import type { Photos } from './photo-source.js';
import { mostProbable } from './postprocessor.js';

/** The places of a photo that speak for a class (Grad-CAM). */
export interface Explanation {
  /** The class that is explained. */
  readonly label: string;
  /** side x side values from the upper left on: how much a place raises the class's logit, 0 where it does not. */
  readonly places: Float32Array;
  readonly side: number;
  /** The photo with the places laid over it: a square PNG. */
  readonly heatMap: Buffer;
}

/** The class to explain; null for the most probable one. */
export interface ExplanationQuestion {
  readonly label: string | null;
}

/** @throws BAD_INPUT for a class that the version does not know. */
export function requireLabel({ label }: ExplanationQuestion, { version: { labels } }: Held): void {
  if (label === null || labels.includes(label)) return;
  const message = `This version does not know the class ${JSON.stringify(label.slice(0, 80))}. It knows ${labels.join(', ')}.`;
  throw new HubError('BAD_INPUT', message, { received: label, labels });
}

/**
 * Explains the output of an encoded photo; the first one, as an encoded source has one.
 * @param outputs with maps.
 * @throws CONFLICT where the version's 8-bit form is too old to give maps.
 */
export async function explain(
  held: Held,
  { bytes }: Photos,
  [output]: readonly Output[],
  asked: ExplanationQuestion,
): Promise<Explanation> {
  const { labels, model } = held.version;
  const { maps, probabilities } = output as Output;
  if (!maps) {
    const message =
      'This version serves with 8 bits, in a form that is too old to explain answers. Let it serve with 32-bit floats.';
    throw new HubError('CONFLICT', message, { model });
  }
  const label = asked.label ?? (labels[mostProbable(probabilities)] as string);
  const places = await held.explain(maps, labels.indexOf(label));
  const side = Math.sqrt(places.length);
  return { label, places, side, heatMap: await drawHeatMap(bytes, places, side) };
}
