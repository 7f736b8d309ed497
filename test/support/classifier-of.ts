import type { ClassifierSpec } from '../../src/engines/engine.js';
import type { ImportedClassifier } from '../../src/training/exported-model.js';
import { isOfBackbone, pick } from '../../src/training/exported-model.js';

/** An imported model as engines take it. */
export function classifierOf({ weights, head, size }: ImportedClassifier): ClassifierSpec {
  const ofBackbone = isOfBackbone(head);
  const headWeights = pick(weights, (name) => !ofBackbone(name));
  return { backbone: pick(weights, ofBackbone), head, headWeights, size };
}
