import type { Manifest } from '../../datasets/manifest.js';
import { isLost } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import { type Prediction, unpackPredictions } from '../../training/predictions.js';
import type { DatasetContents } from '../dataset/dataset-contents.js';
import { type GateRule, type SliceFigure, slicesIn } from '../model/gate.js';
import { type TestImage, testImagesIn } from '../run/evaluation-slices.js';
import { parseReference, type SliceCondition } from './slice.js';
import { imagesIn } from './slice-images.js';
import { conditionsOf } from './slice-service.js';

/** A version, or a run that is not registered yet, to measure. */
export interface Sliced {
  /** Null for a version that was imported. */
  readonly runId: string | null;
  readonly datasetVersionId: string;
}

/** Figures by reference. */
type SliceFigures = ReadonlyMap<string, SliceFigure>;

/** The test images of a dataset version. */
export interface SliceData {
  /** The dataset version: `pets version 3`. */
  readonly name: string;
  readonly manifest: Manifest;
  readonly images: readonly TestImage[];
}

/** The test images in a slice. */
interface Members {
  /** By `keyOf`. */
  readonly keys: ReadonlySet<string>;
  /** The dataset version whose data says so. */
  readonly name: string;
}

/** Measures versions on the slices that rules of a gate name, from the stored answers of their runs for test images. */
export class SliceAccuracies {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly contents: Pick<DatasetContents, 'of' | 'duplicates'>,
  ) {}

  /**
   * Measures a candidate and the present version on the same images. The data of the present version says which images are
   * in a slice, so that a candidate cannot choose them: that of the candidate where the former lacks what the slice asks for.
   * @param present null for none, or one with other test images.
   */
  async of(
    candidate: Sliced,
    present: Sliced | null,
    rules: readonly GateRule[],
  ): Promise<{ readonly candidate: SliceFigures; readonly present: SliceFigures }> {
    const references = slicesIn(rules);
    if (references.length === 0) return { candidate: new Map(), present: new Map() };
    const members = await this.#membersOf(references, candidate, present);
    return {
      candidate: await this.#measure(candidate, members, IMPORTED),
      present: present ? await this.#measure(present, members, `${IMPORTED} ${REMEDY}`) : new Map(),
    };
  }

  /** The images of slices, or why they are not known, by reference. */
  async #membersOf(
    references: readonly string[],
    candidate: Sliced,
    present: Sliced | null,
  ): Promise<ReadonlyMap<string, Members | string>> {
    const ids = [...new Set([...(present ? [present.datasetVersionId] : []), candidate.datasetVersionId])];
    try {
      const data = await Promise.all(ids.map((id) => this.#dataOf(id)));
      return new Map(
        await Promise.all(
          references.map(async (reference) => {
            const { dataset, name } = parseReference(reference);
            const row = await this.prisma.savedSlice.findFirst({ where: { name, dataset: { name: dataset } } });
            return [reference, row ? membersOf(conditionsOf(row), data) : `There is no slice ${reference}.`] as const;
          }),
        ),
      );
    } catch (error) {
      if (!isLost(error)) throw error;
      return new Map(
        references.map((reference) => [reference, 'The test images are lost or damaged: see "hub verify".']),
      );
    }
  }

  async #dataOf(id: string): Promise<SliceData> {
    const { number, dataset } = await this.prisma.datasetVersion.findUniqueOrThrow({
      where: { id },
      select: { number: true, dataset: { select: { name: true } } },
    });
    const { manifest } = await this.contents.of(id);
    const images = testImagesIn(manifest, await this.contents.duplicates(id));
    return { name: `${dataset.name} version ${number}`, manifest, images };
  }

  async #measure(
    { runId, datasetVersionId }: Sliced,
    members: ReadonlyMap<string, Members | string>,
    imported: string,
  ): Promise<SliceFigures> {
    const answers = runId === null ? imported : await this.#answersOf(runId, datasetVersionId);
    return new Map(
      [...members].map(([reference, found]) => {
        if (typeof found === 'string') return [reference, { fault: found }];
        return [reference, typeof answers === 'string' ? { fault: answers } : figureOf(answers, found)];
      }),
    );
  }

  async #answersOf(runId: string, datasetVersionId: string): Promise<readonly Outcome[] | string> {
    const { predictionsBlob } = await this.prisma.run.findUniqueOrThrow({ where: { id: runId } });
    if (predictionsBlob === null) return 'Its run has no answers for test images.';
    try {
      const { manifest } = await this.contents.of(datasetVersionId);
      return outcomesOf(unpackPredictions(await this.blobs.get(predictionsBlob)), manifest);
    } catch (error) {
      if (!isLost(error)) throw error;
      return 'Its answers or test images are lost or damaged: see "hub verify".';
    }
  }
}

const IMPORTED = 'It was imported; only trained versions have stored answers for test images.';
const REMEDY = 'Compare a trained version with it by other figures, and promote that once with --override-gate.';

/** Identifies a test image in versions whose classes have another order. */
const keyOf = ({ sha256, label }: Manifest['images'][number], { classes }: Manifest): string =>
  `${sha256} ${classes[label]}`;

/**
 * The test images that meet the conditions, by the first data that has what they ask for.
 * @param data of versions with the same test images, one or more. @returns a sentence where no data has it.
 */
export function membersOf(conditions: readonly SliceCondition[], data: readonly SliceData[]): Members | string {
  let fault = '';
  for (const { name, manifest, images } of data) {
    const found = imagesIn(conditions, images, manifest);
    if (typeof found !== 'string') return { keys: new Set(found.map(({ record }) => keyOf(record, manifest))), name };
    fault = found;
  }
  return fault;
}

/** Whether a test image is predicted right. */
interface Outcome {
  readonly key: string;
  readonly isRight: boolean;
}

/** Outcomes of a run. @param manifest of its dataset version. */
export const outcomesOf = (predictions: readonly Prediction[], manifest: Manifest): Outcome[] =>
  predictions.map(({ image, truth, predicted }) => ({
    key: keyOf(manifest.images[image]!, manifest),
    isRight: truth === predicted,
  }));

/** The figure of outcomes on the images of a slice. */
export function figureOf(outcomes: readonly Outcome[], { keys, name }: Members): SliceFigure {
  const found = outcomes.filter(({ key }) => keys.has(key));
  return { images: found.length, correct: found.filter(({ isRight }) => isRight).length, decidedBy: name };
}
