import { setImmediate as otherWork } from 'node:timers/promises';
import { confidenceBins, errorOfBins, topAnswers } from '../../calibration/calibration-error.js';
import { temper } from '../../calibration/temperature.js';
import { HubError, isLost } from '../../errors.js';
import { FairLimit } from '../../fair-limit.js';
import { BOUNDS } from '../../limits.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import {
  keepsProbabilities,
  type Prediction,
  unpackPredictions,
  unpackProbabilities,
} from '../../training/predictions.js';
import { macroRoc, meanOf, thresholdCurves } from '../../training/threshold-curves.js';
import type { DatasetContents } from '../dataset/dataset-contents.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import { notFound } from '../not-found.js';
import type { Viewer } from '../pictures.js';
import { conditionsText } from '../slice/slice.js';
import { imagesIn } from '../slice/slice-images.js';
import { conditionsOf } from '../slice/slice-service.js';
import type { EvaluationCurves, LabeledCurves, Reliability, RunEvaluation, SavedSliceResult } from './evaluation.js';
import { answersOf, countRight, type EvaluationSlice, SliceKind, sliceOf, slicesOf } from './evaluation-slices.js';

/** Evaluations kept in memory: runs do not change. */
const KEPT = 16;

/**
 * Computes curves and calibration of runs from their stored answers for test images. One at a time, tokens in turns; between
 * classes, other requests are answered.
 */
export class EvaluationService {
  readonly #oneByOne = new FairLimit(1);
  /** By blob and temperature, the least recently used first. */
  readonly #kept = new Map<string, RunEvaluation>();

  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly contents: Pick<DatasetContents, 'of' | 'duplicates'>,
  ) {}

  /**
   * @param temperature divisor of the logits: 1, or that of a model version's calibration.
   * @returns null when the run has no answers for test images. @throws NOT_FOUND.
   */
  async of(id: string, temperature: number, viewer: Viewer): Promise<RunEvaluation | null> {
    const run = await this.prisma.run.findUnique({
      where: { id },
      include: { datasetVersion: { include: { dataset: true } } },
    });
    if (!run) throw notFound('run', id);
    const { datasetVersionId, predictionsBlob, probabilitiesBlob } = run;
    if (predictionsBlob === null) return null;
    const labels = toDatasetVersion(run.datasetVersion).classes;
    const key = `${datasetVersionId} ${probabilitiesBlob ?? predictionsBlob} ${temperature}`;
    return this.#oneByOne.run(viewer.tokenId, async () => {
      viewer.gone.throwIfAborted();
      const found =
        this.#kept.get(key) ??
        (await this.#compute({ datasetVersionId, predictionsBlob, probabilitiesBlob }, labels, temperature));
      this.#kept.delete(key);
      this.#kept.set(key, found);
      const [oldest] = this.#kept.keys();
      if (this.#kept.size > KEPT && oldest) this.#kept.delete(oldest);
      return found;
    });
  }

  /** @param confidences as in `slicesOf`. */
  #slicesOf(stored: Stored, confidences: readonly number[] | null): RunEvaluation['slices'] {
    let found: readonly EvaluationSlice[] | null = null;
    return (viewer) =>
      this.#oneByOne.run(viewer.tokenId, async () => {
        viewer.gone.throwIfAborted();
        found ??= await this.#computeSlices(stored, confidences).catch(nullIfLost);
        return found;
      });
  }

  async #computeSlices(stored: Stored, confidences: readonly number[] | null): Promise<readonly EvaluationSlice[]> {
    const { predictions, manifest, duplicates } = await this.#read(stored);
    return slicesOf(predictions, confidences, manifest, duplicates);
  }

  /** Reads the answers of a run, and what its slices are made by. */
  async #read({ datasetVersionId, predictionsBlob }: Stored) {
    const { manifest } = await this.contents.of(datasetVersionId);
    const duplicates = await this.contents.duplicates(datasetVersionId);
    return { manifest, duplicates, predictions: unpackPredictions(await this.blobs.get(predictionsBlob)) };
  }

  /** Not cached: slices are saved and deleted. @param confidences as in `slicesOf`. */
  #savedSlicesOf(stored: Stored, confidences: readonly number[] | null): RunEvaluation['savedSlices'] {
    return (viewer) =>
      this.#oneByOne.run(viewer.tokenId, async () => {
        viewer.gone.throwIfAborted();
        return this.#computeSaved(stored, confidences).catch(nullIfLost);
      });
  }

  async #computeSaved(stored: Stored, confidences: readonly number[] | null): Promise<readonly SavedSliceResult[]> {
    const saved = await this.prisma.savedSlice.findMany({
      where: { dataset: { versions: { some: { id: stored.datasetVersionId } } } },
      orderBy: { name: 'asc' },
    });
    if (saved.length === 0) return [];
    const { predictions, manifest, duplicates } = await this.#read(stored);
    const answers = answersOf(predictions, confidences, manifest, duplicates);
    const total = { all: answers.length, correct: countRight(answers) };
    return saved.map((row) => {
      const conditions = conditionsOf(row);
      const found = imagesIn(conditions, answers, manifest);
      const said = { name: row.name, text: conditionsText(conditions) };
      if (typeof found === 'string') return { ...said, result: null, missing: found };
      if (found.length === 0) return { ...said, result: null, missing: null };
      const group = { kind: SliceKind.SAVED, name: row.name, answers: found };
      return { ...said, result: sliceOf(group, total, manifest.classes), missing: null };
    });
  }

  async #compute(from: Stored, labels: readonly string[], temperature: number): Promise<RunEvaluation> {
    const { predictionsBlob, probabilitiesBlob } = from;
    const predictions = unpackPredictions(await this.blobs.get(predictionsBlob));
    const images = predictions.length;
    const slicesWith = (tops: readonly Top[] | null): Pick<RunEvaluation, 'slices' | 'savedSlices'> => {
      const confidences = tops?.map(({ confidence }) => confidence) ?? null;
      return { slices: this.#slicesOf(from, confidences), savedSlices: this.#savedSlicesOf(from, confidences) };
    };
    if (probabilitiesBlob === null) {
      const tops = temperature === 1 ? predictions.map(asTop) : null;
      const reliability = tops && reliabilityOf(tops);
      const missing = whyMissing(images, labels.length);
      return { images, reliability, curves: null, missing, ...slicesWith(tops) };
    }
    const stored = unpackProbabilities(await this.blobs.get(probabilitiesBlob));
    if (stored.length !== images * labels.length) {
      const message = 'The stored probabilities of the run do not fit its test images.';
      throw new HubError('BLOB_CORRUPT', message, { sha256: probabilitiesBlob });
    }
    const probabilities = temperature === 1 ? stored : temper(stored, labels.length, temperature);
    const answers = { probabilities, labels: predictions.map(({ truth }) => truth), classes: labels.length };
    const curves = await curvesOf(answers, labels);
    const tops = [...topAnswers(answers)];
    return { images, reliability: reliabilityOf(tops), curves, missing: null, ...slicesWith(tops) };
  }
}

/** The blobs with the answers of a run, and the dataset version of its test images. */
interface Stored {
  readonly datasetVersionId: string;
  readonly predictionsBlob: string;
  readonly probabilitiesBlob: string | null;
}

function nullIfLost(error: unknown): null {
  if (isLost(error)) return null;
  throw error;
}

/** The probability of the predicted class, and whether it is right. */
interface Top {
  readonly confidence: number;
  readonly correct: boolean;
}

function asTop({ truth, predicted, confidence }: Prediction): Top {
  return { confidence, correct: truth === predicted };
}

function reliabilityOf(answers: Iterable<Top>): Reliability {
  const bins = confidenceBins(answers);
  return { calibrationError: errorOfBins(bins), bins };
}

async function curvesOf(
  answers: { readonly probabilities: Float32Array; readonly labels: readonly number[]; readonly classes: number },
  names: readonly string[],
): Promise<EvaluationCurves> {
  const classes: LabeledCurves[] = [];
  const parts: Float64Array[] = [];
  for (const [c, label] of names.entries()) {
    const right: number[] = [];
    const wrong: number[] = [];
    for (const [i, truth] of answers.labels.entries()) {
      (truth === c ? right : wrong).push(answers.probabilities[i * answers.classes + c]!);
    }
    const { meanPart, ...curves } = thresholdCurves(Float32Array.from(right), Float32Array.from(wrong));
    if (meanPart) parts.push(meanPart);
    classes.push({ label, images: right.length, ...curves });
    await otherWork();
  }
  return {
    macroRocArea: meanOf(classes.map(({ rocArea }) => rocArea)),
    macroAveragePrecision: meanOf(classes.map(({ averagePrecision }) => averagePrecision)),
    macroRoc: macroRoc(parts),
    classes: classes.sort((a, b) => (a.averagePrecision ?? 2) - (b.averagePrecision ?? 2)),
  };
}

function whyMissing(images: number, classes: number): string {
  if (keepsProbabilities(images, classes)) {
    return 'The run ended before the hub kept the probability of every class. Run it again to record them.';
  }
  const most = BOUNDS.probabilities.value / 1024 ** 2;
  return `The probabilities of ${images} test images for ${classes} classes take more than ${most} MiB, so that the run did not keep them.`;
}
