import { isLost } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import { unpackPredictions } from '../../training/predictions.js';
import type { DatasetContents } from '../dataset/dataset-contents.js';
import { type GateRule, type SliceFigure, slicesIn } from '../model/gate.js';
import { answersOf, countRight } from '../run/evaluation-slices.js';
import { parseReference } from './slice.js';
import { answersIn } from './slice-images.js';
import { conditionsOf } from './slice-service.js';

/** Measures runs on the slices that rules of a gate name, from their stored answers for test images. */
export class SliceAccuracies {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly contents: Pick<DatasetContents, 'of' | 'duplicates'>,
  ) {}

  /** Figures by reference. @param runId null for a version that was imported. */
  async of(runId: string | null, rules: readonly GateRule[]): Promise<ReadonlyMap<string, SliceFigure>> {
    const references = slicesIn(rules);
    if (references.length === 0) return new Map();
    const measure = await this.#measureOf(runId);
    return new Map(await Promise.all(references.map(async (name) => [name, await measure(name)] as const)));
  }

  async #measureOf(runId: string | null): Promise<(reference: string) => SliceFigure | Promise<SliceFigure>> {
    if (runId === null) return () => ({ fault: 'Only trained versions have it, not imported ones.' });
    const run = await this.prisma.run.findUniqueOrThrow({ where: { id: runId } });
    const { datasetVersionId, predictionsBlob } = run;
    if (predictionsBlob === null) return () => ({ fault: 'Its run has no answers for test images.' });
    try {
      const { manifest } = await this.contents.of(datasetVersionId);
      const duplicates = await this.contents.duplicates(datasetVersionId);
      const predictions = unpackPredictions(await this.blobs.get(predictionsBlob));
      const answers = answersOf(predictions, null, manifest, duplicates);
      return async (reference) => {
        const { dataset, name } = parseReference(reference);
        const row = await this.prisma.savedSlice.findFirst({ where: { name, dataset: { name: dataset } } });
        if (!row) return { fault: `There is no slice ${reference}.` };
        const found = answersIn(conditionsOf(row), answers, manifest);
        return typeof found === 'string' ? { fault: found } : { images: found.length, correct: countRight(found) };
      };
    } catch (error) {
      if (!isLost(error)) throw error;
      return () => ({ fault: 'Its answers or test images are lost or damaged: see "hub verify".' });
    }
  }
}
