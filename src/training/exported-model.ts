import { z } from 'zod';
import { HubError } from '../errors.js';
import { matchBackbone } from '../network/backbone-weights.js';
import { checkHead } from '../network/check-head.js';
import { headOf, headVariables } from '../network/head.js';
import { checkSides } from '../network/keras/start.js';
import type { Layer } from '../network/layers.js';
import { readSafetensors } from '../network/safetensors.js';
import type { Tensor, Weights } from '../network/tensor.js';

/** A classifier read from a model file. */
export interface ImportedClassifier {
  /** Weights of the backbone and of the head, under the hub's names. */
  readonly weights: Weights;
  readonly size: { readonly input: number; readonly image: number };
  readonly head: readonly Layer[];
  /** Labels of the outputs, if the file names them. */
  readonly labels: readonly string[] | null;
  /** Assumptions made because the file does not tell. */
  readonly notes: readonly string[];
}

const labelsSchema = z.array(z.string().min(1).max(100)).max(10_000);

/** The part of the metadata of an export that is needed to use its weights again. */
const aboutSchema = z.object({
  labels: jsonOf(labelsSchema),
  preprocessing: jsonOf(z.object({ input: z.int().positive(), image: z.int().positive() })),
  head: z.string(),
});

/** The tensors whose names match a predicate. */
export function pick(weights: Weights, chosen: (name: string) => boolean): Map<string, Tensor> {
  return new Map([...weights].filter(([name]) => chosen(name)));
}

/** Whether a weight belongs to the backbone of a model with the given head, by its name. */
export function isOfBackbone(head: readonly Layer[]): (name: string) => boolean {
  const ofHead = new Set(headVariables(head).map(([name]) => name));
  return (name) => !ofHead.has(name);
}

/** Reads a safetensors file that a hub exported. @throws WEIGHTS_REFUSED when it is not one, or its shapes do not fit. */
export function readExportedModel(file: Uint8Array): ImportedClassifier {
  const { weights, metadata } = readSafetensors(file);
  const about = aboutSchema.safeParse(metadata);
  if (!about.success)
    throw refuseExport('its metadata do not say labels, preprocessing and head, as an export of a hub does');
  const { labels, preprocessing: size } = about.data;
  const head = headOf({ weights, metadata });
  const { architecture, layers } = matchBackbone(pick(weights, isOfBackbone(head)));
  checkSides(size, architecture.smallestImage, refuseExport);
  checkHead(layers, head, size.image);
  return { weights, size, labels, head, notes: [] };
}

/** A string that holds JSON of the given schema. */
function jsonOf<T extends z.ZodType>(schema: T) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue('is not JSON');
        return z.NEVER;
      }
    })
    .pipe(schema);
}

function refuseExport(why: string): HubError {
  return new HubError('WEIGHTS_REFUSED', `This is not a model that a hub exported: ${why}.`);
}
