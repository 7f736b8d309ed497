import DataLoader from 'dataloader';
import { addPhotos, type LabeledPhoto, type PhotosAdded } from '../../datasets/add-photos.js';
import { DATASET_BOUNDS } from '../../datasets/bounds.js';
import { HubError } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import type { DatasetContents } from '../dataset/dataset-contents.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import { type DatasetVersion, NO_CHANGES } from '../dataset/dataset-version.js';
import type { DatasetVersionWriter, JudgedImage } from '../dataset/dataset-version-writer.js';
import { NameNotFound } from '../names-like.js';
import { notFound } from '../not-found.js';
import type { PredictionLog } from './prediction-log.js';

/** The judged photos to add to a version. */
export interface JudgedPhotos {
  readonly model: string;
  /** Id of the dataset version. */
  readonly to: string;
  /** Dataset of the new version; null for that of `to`. */
  readonly dataset: string | null;
  /** Number of a version of the model: only its answers; null for all. */
  readonly version: number | null;
  /** Whether only photos of wrong answers are added. */
  readonly onlyWrong: boolean;
  /** Only answers from then on; null for all. */
  readonly since: Date | null;
}

/** The new version, and what became of the judged photos. */
export interface JudgedPhotosAdded extends Pick<PhotosAdded, 'present' | 'likeTest'> {
  readonly datasetVersion: DatasetVersion;
  /** Photos that were added. */
  readonly added: number;
  /** Judged answers whose photo was not kept. */
  readonly notKept: number;
  /** Photos left out since they show none of the classes. */
  readonly showNone: number;
}

const judged = { version: { select: { number: true } } } as const;
type JudgedRow = Prisma.LoggedPredictionGetPayload<{ include: typeof judged }>;

/** Makes dataset versions of photos from the prediction log that somebody judged. */
export class JudgedPhotosService {
  constructor(
    private readonly parts: {
      readonly prisma: PrismaClient;
      readonly blobs: BlobStore;
      readonly contents: DatasetContents;
      readonly writer: DatasetVersionWriter;
      readonly log: PredictionLog;
    },
  ) {}

  /** Where an image comes from, by the SHA-256 of its bytes; null for one that was never a judged photo. */
  readonly judgment = new DataLoader<string, JudgedImage | null>(
    async (hashes) => {
      const where = { sha256: { in: [...hashes] } };
      const rows = await this.parts.prisma.judgedImage.findMany({ where, orderBy: { judgedAt: 'asc' } });
      const last = new Map(rows.map((row) => [row.sha256, row]));
      return hashes.map((sha256) => last.get(sha256) ?? null);
    },
    { cache: false },
  );

  /**
   * Adds judged photos to the training split of a dataset version. Of several judgments of a photo the last one counts.
   * @throws NOT_FOUND; BAD_INPUT where nothing can be added, or a class is not in the version; LIMIT_EXCEEDED.
   */
  async add(asked: JudgedPhotos, actor: Actor): Promise<JudgedPhotosAdded> {
    const { prisma, blobs, contents, writer, log } = this.parts;
    await log.flush();
    const model = await prisma.model.findUnique({ where: { name: asked.model } });
    if (!model) throw new NameNotFound('model', asked.model);
    const row = await prisma.datasetVersion.findUnique({ where: { id: asked.to }, include: { dataset: true } });
    if (!row) throw notFound('dataset version', asked.to);
    const to = toDatasetVersion(row);
    const { photos, notKept, showNone } = await this.#judgedPhotos(model.id, asked);
    const source = `${to.dataset} version ${to.number}, judged photos of ${asked.model}`;
    let found: PhotosAdded | undefined;
    const datasetVersion = await writer.write(asked.dataset ?? to.dataset, source, actor, async () => {
      const { manifest } = await contents.of(to.id);
      found = await addPhotos(manifest, photos.map(labeled), ({ sha256 }) => readIfThere(blobs, sha256), blobs);
      const { added } = found;
      const images = photos.filter(({ inputHash }) => added.has(inputHash)).map((photo) => imageOf(photo, asked.model));
      const parents = [{ id: to.id, dataset: to.dataset, number: to.number }];
      return { ...found, derivation: { ...NO_CHANGES, parents, judgedPhotos: images.length }, judged: images };
    });
    const { added, present, likeTest } = found as PhotosAdded;
    return { datasetVersion, added: added.size, present, likeTest, notKept, showNone };
  }

  /** The last judgment of each photo that was kept. */
  async #judgedPhotos(modelId: string, { model, version, onlyWrong, since }: JudgedPhotos) {
    const { prisma } = this.parts;
    const answers = await prisma.loggedPrediction.findMany({
      where: {
        ...{ modelId, rightAt: { not: null } },
        ...(version === null ? {} : { version: { number: version } }),
        ...(since === null ? {} : { at: { gte: since } }),
      },
      include: judged,
      orderBy: [{ rightAt: 'asc' }, { id: 'asc' }],
      take: DATASET_BOUNDS.maxImages + 1,
    });
    if (answers.length > DATASET_BOUNDS.maxImages) {
      const message = `More than ${DATASET_BOUNDS.maxImages} answers of ${model} are judged: give a version or a later \`since\`.`;
      throw new HubError('LIMIT_EXCEEDED', message);
    }
    const last = [...new Map(answers.map((answer) => [answer.inputHash, answer])).values()];
    const ofClasses = last.filter(({ showsNone }) => !showsNone);
    const asked = onlyWrong ? ofClasses.filter(({ label, rightLabel }) => label !== rightLabel) : ofClasses;
    const photos = asked.filter(({ photoBlob }) => photoBlob !== null);
    const showNone = last.length - ofClasses.length;
    if (photos.length === 0) throw noPhotos(model, asked.length, showNone);
    return { photos, notKept: asked.length - photos.length, showNone };
  }
}

/** A judged answer has a label. */
const labeled = ({ inputHash, rightLabel }: JudgedRow): LabeledPhoto => ({
  sha256: inputHash,
  className: rightLabel as string,
});

function imageOf({ id, inputHash, version, label, rightBy, rightAt }: JudgedRow, model: string): JudgedImage {
  const answer = { predictionId: id, model, version: version.number, answered: label };
  return { sha256: inputHash, ...answer, judgedBy: rightBy, judgedAt: rightAt as Date };
}

/** The bytes of a photo; null where it was deleted, since answers are kept for a time only. */
async function readIfThere(blobs: BlobStore, sha256: string): Promise<Uint8Array | null> {
  try {
    return await blobs.get(sha256);
  } catch (error) {
    if (error instanceof HubError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

function noPhotos(model: string, judged: number, showNone: number): HubError {
  if (judged > 0) {
    const message = `The judged answers of ${model} (${judged}) have no photos, since photos were not kept: turn on \`keepPhotos\` (\`setPredictionLog\`) and judge new answers.`;
    return new HubError('BAD_INPUT', message, { added: 0 });
  }
  const message =
    showNone === 0
      ? `No such answer of ${model} was judged: give feedback on answers first (\`giveFeedback\`).`
      : `The judged photos of ${model} (${showNone}) show none of its classes, so that none can be added: judge others.`;
  return new HubError('BAD_INPUT', message, { added: 0 });
}
