import type { Notices } from '../../cluster/notices.js';
import type { Manifest } from '../../datasets/manifest.js';
import { HubError } from '../../errors.js';
import type { JobQueue } from '../../jobs/queue.js';
import type { Runner } from '../../jobs/runner.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import { type Findings, findingsSchema } from '../../training/findings.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { BackboneService } from '../backbone/backbone-service.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { DatasetContents } from '../dataset/dataset-contents.js';
import { imageOf } from '../dataset/dataset-image.js';
import { type DatasetVersion, NO_CHANGES } from '../dataset/dataset-version.js';
import type { DatasetVersionService } from '../dataset/dataset-version-service.js';
import { notFound } from '../not-found.js';
import { ownerColumns } from '../owner.js';
import { type Page, type PageRequest, pageOfList } from '../page.js';
import { cannotCancel, isFinal } from '../run/run-transitions.js';
import type {
  Decision,
  Examination,
  ExaminationRequest,
  Finding,
  FindingCounts,
  FindingKind,
  ImageDecision,
} from './examination.js';
import { requireLarge } from './examination-recipes.js';
import { toExamination } from './examination-row.js';

interface ExaminationParts {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
  readonly contents: DatasetContents;
  readonly versions: Pick<DatasetVersionService, 'derive'>;
  readonly backbones: Pick<BackboneService, 'network' | 'requireObtainable'>;
  readonly queue: JobQueue;
  readonly runner: Pick<Runner, 'cancel'>;
  readonly notices: Notices;
  readonly changes: ChangeNotices;
}

/** A finding before its image is looked up. */
type Found = Pick<Finding, 'kind' | 'given' | 'probability' | 'distance'> & {
  readonly row: number;
  /** Index of a class. */
  readonly suggested: number | null;
  readonly like: readonly number[];
};

/** Starts and cancels examinations of dataset versions, and takes decisions on what they found. */
export class ExaminationService {
  constructor(private readonly parts: ExaminationParts) {}

  async find(datasetVersionId: string): Promise<Examination | null> {
    const row = await this.parts.prisma.examination.findUnique({ where: { datasetVersionId } });
    return row && toExamination(row);
  }

  /**
   * Queues an examination, in place of one that has ended; decisions stay.
   * @throws NOT_FOUND; BAD_INPUT for an image that is too small for the backbone; CONFLICT while one is under way.
   */
  async start({ datasetVersionId, backbone, imageSize, mode }: ExaminationRequest, actor: Actor): Promise<Examination> {
    const { prisma, queue, changes, backbones } = this.parts;
    const version = await this.#version(datasetVersionId);
    requireLarge(backbone, imageSize, await backbones.network(backbone));
    await backbones.requireObtainable(backbone);
    const row = await prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM dataset_versions WHERE id = ${datasetVersionId} FOR UPDATE`;
      const before = await tx.examination.findUnique({ where: { datasetVersionId } });
      if (before && !isFinal(before.state)) {
        const message = `An examination of this version is ${before.state}: wait for it, or cancel it first.`;
        throw new HubError('CONFLICT', message, { datasetVersionId, state: before.state });
      }
      await tx.examination.deleteMany({ where: { datasetVersionId } });
      const data = { datasetVersionId, backboneName: backbone, imageSize, mode, ...ownerColumns(actor) };
      const made = await tx.examination.create({ data });
      await queue.enqueue(tx, 'examine', { id: datasetVersionId });
      const entry = {
        action: 'EXAMINATION_STARTED',
        subject: subjectOf(version),
        details: { backbone, imageSize, mode },
      } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
      return made;
    });
    changes.tell('DATASET', version.dataset.name);
    return toExamination(row);
  }

  /** Cancels an examination: at once if it waits, else soon. @throws NOT_FOUND; CONFLICT when it has ended. */
  async cancel(datasetVersionId: string, actor: Actor): Promise<Examination> {
    const { prisma, runner, queue, notices, changes } = this.parts;
    const version = await this.#version(datasetVersionId);
    const { state } = await this.#require(datasetVersionId);
    if (isFinal(state)) throw cannotCancel('examination', { datasetVersionId, state });
    if (!runner.cancel('examine', datasetVersionId)) {
      await prisma.$transaction(async (tx) => {
        const where = { datasetVersionId, state: { in: ['QUEUED' as const, 'RUNNING' as const] } };
        const data = { state: 'CANCELLED' as const, endedAt: new Date(), foldBlobs: [] };
        const { count } = await tx.examination.updateMany({ where, data });
        if (count === 0) throw cannotCancel('examination', { datasetVersionId, state });
        await queue.withdraw(tx, 'examine', datasetVersionId);
      });
      notices.tell('cancel', datasetVersionId);
    }
    const entry = { action: 'EXAMINATION_CANCELLED', subject: subjectOf(version) } as const;
    await prisma.auditEvent.create({ data: auditRow(actor, entry) });
    changes.tell('DATASET', version.dataset.name);
    return this.#require(datasetVersionId);
  }

  /** A page of findings of one kind, worst first. @param open whether to leave out those that somebody decided on. */
  async findings(
    { datasetVersionId, findingsBlob }: Examination,
    { kind, open }: { readonly kind: FindingKind; readonly open: boolean },
    page: PageRequest,
  ): Promise<Page<Finding>> {
    const { manifest } = await this.parts.contents.of(datasetVersionId);
    const decisions = await this.#decisions(datasetVersionId);
    const all = findingsBlob === null ? [] : foundOf(await this.#read(findingsBlob), manifest, kind);
    const decisionOf = (row: number) => decisions.get(manifest.images[row]!.sha256) ?? null;
    const listed = open ? all.filter(({ row }) => decisionOf(row) === null) : all;
    const image = (row: number) => imageOf(datasetVersionId, manifest, row);
    return pageOfList(listed, page, ({ row, suggested, like, ...found }) => ({
      ...found,
      image: image(row),
      suggested: suggested === null ? null : (manifest.classes[suggested] as string),
      like: like.map(image),
      decision: decisionOf(row),
    }));
  }

  /** @returns null before it has succeeded. */
  async counts({ datasetVersionId, findingsBlob }: Examination): Promise<FindingCounts | null> {
    if (findingsBlob === null) return null;
    const { errors, labels, outliers, contradictions } = await this.#read(findingsBlob);
    const where = { datasetVersionId, kind: { not: 'DISMISS' as const } };
    return {
      errors: Math.round(errors),
      labels: labels.length,
      outliers: outliers.length,
      contradictions: contradictions.flat().length,
      changes: await this.parts.prisma.imageDecision.count({ where }),
    };
  }

  /**
   * Records what shall become of an image, and of every image with the same bytes; it replaces an earlier decision.
   * @param image SHA-256 of its bytes. @throws NOT_FOUND; BAD_INPUT for a class that the version does not have, or a label
   * without RELABEL.
   */
  async decide(
    datasetVersionId: string,
    image: string,
    kind: Decision,
    label: string | null,
    actor: Actor,
  ): Promise<ImageDecision> {
    const { manifest } = await this.parts.contents.of(datasetVersionId);
    if (!manifest.images.some(({ sha256 }) => sha256 === image)) {
      throw new HubError('NOT_FOUND', `The version has no image with the SHA-256 ${image}.`, { received: image });
    }
    if ((kind === 'RELABEL') !== (label !== null)) {
      throw new HubError('BAD_INPUT', 'A label goes with RELABEL, and only with it.', { kind, label });
    }
    if (label !== null && !manifest.classes.includes(label)) {
      const message = `The version has no class named ${label}; it has ${manifest.classes.join(', ')}.`;
      throw new HubError('BAD_INPUT', message, { received: label });
    }
    const data = { kind, label, decidedBy: actor.name, decidedAt: new Date() };
    const where = { datasetVersionId_sha256: { datasetVersionId, sha256: image } };
    const create = { datasetVersionId, sha256: image, ...data };
    await this.parts.prisma.imageDecision.upsert({ where, create, update: data });
    return data;
  }

  /** Takes a decision back. @returns whether there was one. */
  async undo(datasetVersionId: string, sha256: string): Promise<boolean> {
    const { count } = await this.parts.prisma.imageDecision.deleteMany({ where: { datasetVersionId, sha256 } });
    return count > 0;
  }

  /** Derives a version in which the decisions are carried out. @throws BAD_INPUT when none changes anything; as `derive`. */
  async derive(datasetVersionId: string, dataset: string | null, actor: Actor): Promise<DatasetVersion> {
    await this.#version(datasetVersionId);
    const decisions = [...(await this.#decisions(datasetVersionId))];
    const without = decisions.flatMap(([image, { kind }]) => (kind === 'LEAVE_OUT' ? [image] : []));
    const relabel = decisions.flatMap(([image, { label }]) => (label === null ? [] : [{ image, to: label }]));
    if (without.length + relabel.length === 0) {
      const message = 'No decision changes this version: give images another class, or leave them out (`decideImage`).';
      throw new HubError('BAD_INPUT', message, { datasetVersionId });
    }
    return this.parts.versions.derive([datasetVersionId], dataset, { ...NO_CHANGES, relabel, without }, actor);
  }

  /** By the SHA-256 of the image. */
  async #decisions(datasetVersionId: string): Promise<ReadonlyMap<string, ImageDecision>> {
    const where = { datasetVersionId };
    const rows = await this.parts.prisma.imageDecision.findMany({ where, orderBy: { sha256: 'asc' } });
    return new Map(
      rows.map(({ sha256, kind, label, decidedBy, decidedAt }) => [sha256, { kind, label, decidedBy, decidedAt }]),
    );
  }

  async #read(blob: string): Promise<Findings> {
    return findingsSchema.parse(JSON.parse((await this.parts.blobs.get(blob)).toString('utf8')));
  }

  async #version(id: string) {
    const row = await this.parts.prisma.datasetVersion.findUnique({ where: { id }, include: { dataset: true } });
    if (!row) throw notFound('dataset version', id);
    return row;
  }

  async #require(datasetVersionId: string): Promise<Examination> {
    const found = await this.find(datasetVersionId);
    if (found) return found;
    throw new HubError('NOT_FOUND', 'This dataset version has not been examined.', { datasetVersionId });
  }
}

const subjectOf = ({
  number,
  dataset,
}: {
  readonly number: number;
  readonly dataset: { readonly name: string };
}): string => `${dataset.name} ${number}`;

const NOTHING = { suggested: null, given: null, probability: null, distance: null, like: [] } as const;

function foundOf({ labels, outliers, contradictions }: Findings, manifest: Manifest, kind: FindingKind): Found[] {
  if (kind === 'LABEL') return labels.map((found) => ({ ...NOTHING, ...found, kind }));
  if (kind === 'OUTLIER') {
    return outliers.map(({ row, distance, limit }) => ({ ...NOTHING, kind, row, distance: distance / limit }));
  }
  const labelOf = (row: number): number => manifest.images[row]!.label;
  return contradictions.flatMap((rows) =>
    rows.map((row): Found => {
      const like = rows.filter((other) => other !== row);
      const others = new Set(like.map(labelOf).filter((label) => label !== labelOf(row)));
      const [only] = others;
      return { ...NOTHING, kind, row, like, suggested: others.size === 1 ? (only as number) : null };
    }),
  );
}
