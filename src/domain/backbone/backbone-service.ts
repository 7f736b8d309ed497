import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HubError } from '../../errors.js';
import { matchBackbone } from '../../network/backbone-weights.js';
import { type Network, networkName, networkNamed } from '../../network/networks.js';
import { readSafetensors, writeSafetensors } from '../../network/safetensors.js';
import { requireUsable } from '../../network/usable-weights.js';
import type { BlobStore } from '../../storage/blobs.js';
import { isUniqueViolation, type Prisma, type PrismaClient } from '../../storage/database.js';
import { checkPublished, download, isDownloaded, type RemoteFile } from '../../storage/download.js';
import { type Actor, HUB_ACTOR } from '../actor.js';
import type { AllowedFolders } from '../allowed-folders.js';
import { auditRow } from '../audit/audit-event.js';
import { limitedWeights } from '../limited-weights.js';
import { closest } from '../names-like.js';
import { ownerColumns } from '../owner.js';
import type { Quotas } from '../quota/quotas.js';
import type { BuiltInBackbone } from './backbone.js';
import { backboneNetwork } from './backbone-network.js';
import {
  type BackboneAbout,
  BUILT_IN,
  BUNDLED_BACKBONES,
  IMAGENET,
  IMAGENET_ABOUT,
  NOT_STATED,
  REPLACED,
} from './published-backbones.js';

/** Milliseconds within which the server of the ImageNet weights must answer before a run is queued. */
const CHECK_TIMEOUT = 3000;
/** Milliseconds for which the answer of that server counts. */
const PROBLEM_KEPT = 60_000;
/** Most backbones that a refusal names besides the built-in ones. */
const NAMED = 5;

export type BackboneRow = Prisma.BackboneGetPayload<object>;

/** Receives the downloaded bytes and the total. */
export type OnDownload = (done: number, total: number) => void;

export class BackboneService {
  /** Why the ImageNet weights cannot be had; null when they can. */
  #problem: { readonly why: Promise<string | null>; readonly until: number } | undefined;

  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly allowed: AllowedFolders,
    private readonly quotas: Quotas,
    private readonly options: {
      /** The files of the bundled weights, by name. */
      readonly bundled: ReadonlyMap<string, string>;
      readonly imagenet: RemoteFile;
      /** Folder of downloads. */
      readonly downloads: string;
      /** Folder of files that need not outlive the process. */
      readonly temporary: string;
    },
  ) {}

  async list(): Promise<BackboneRow[]> {
    return this.prisma.backbone.findMany({ orderBy: { name: 'asc' } });
  }

  /** The built-in backbones, the most accurate first. Asks the server of the ImageNet weights, at most once a minute. */
  async builtIn(): Promise<BuiltInBackbone[]> {
    if (!this.#problem || this.#problem.until < Date.now()) {
      const why = this.requireObtainable(IMAGENET).then(
        () => null,
        (error: unknown) => (error as Error).message,
      );
      this.#problem = { why, until: Date.now() + PROBLEM_KEPT };
    }
    const problem = await this.#problem.why;
    return [
      { name: IMAGENET, ...IMAGENET_ABOUT, downloadBytes: this.options.imagenet.bytes, problem },
      ...Array.from(BUNDLED_BACKBONES, ([name, about]) => ({ name, ...about, downloadBytes: null, problem: null })),
    ];
  }

  /** Adds a backbone from a weight file on the server. */
  async addFile(name: string, path: string, actor: Actor): Promise<BackboneRow> {
    refuseBuiltIn(name);
    return this.#addOwn(name, await this.allowed.resolve(path), path, actor);
  }

  /** Adds a backbone from an uploaded weight file. @param fileName its name at the client. */
  async addUpload(name: string, content: AsyncIterable<Buffer>, fileName: string, actor: Actor): Promise<BackboneRow> {
    refuseBuiltIn(name);
    const path = join(this.options.temporary, `backbone-${randomUUID()}`);
    try {
      return await this.quotas.upload(actor.name, async () => {
        await pipeline(limitedWeights(content), createWriteStream(path));
        return this.#addOwn(name, path, `${fileName.slice(0, 200)}, uploaded by ${actor.name}`, actor);
      });
    } finally {
      await rm(path, { force: true });
    }
  }

  async #addOwn(name: string, path: string, origin: string, actor: Actor): Promise<BackboneRow> {
    const { file, notes } = await fromKeras(path);
    const source = [origin, ...notes].join(' · ');
    return this.#add(name, file, { source, licence: NOT_STATED, trainedOn: NOT_STATED, figures: NOT_STATED }, actor);
  }

  /**
   * The backbone of this name. Built-in ones are fetched on first use.
   * @param actor owner of one that is fetched. @throws BACKBONE_UNAVAILABLE where it cannot be fetched; no other backbone
   * ever takes its place.
   */
  async require(
    name: string,
    onDownload: OnDownload = () => undefined,
    signal?: AbortSignal,
    actor: Actor = HUB_ACTOR,
  ): Promise<BackboneRow> {
    const present = await this.prisma.backbone.findUnique({ where: { name } });
    if (present) return present;
    const about = BUNDLED_BACKBONES.get(name);
    if (about) return this.#add(name, await readFile(this.options.bundled.get(name) as string), about, actor);
    if (name === IMAGENET) return this.#downloadImagenet(onDownload, actor, signal);
    throw await this.#unknown(name);
  }

  /** The network of a backbone, which need not be on this machine yet. @throws BACKBONE_UNAVAILABLE for an unknown name. */
  async network(name: string): Promise<Network> {
    const network = await backboneNetwork(this.prisma, name);
    if (!network) throw await this.#unknown(name);
    return network;
  }

  /**
   * Refuses a backbone that a run could not get: one that nobody has added, or ImageNet's, if neither its weights are here
   * nor their server answers. Nothing is downloaded.
   * @throws BACKBONE_UNAVAILABLE saying what to do.
   */
  async requireObtainable(name: string): Promise<void> {
    if (BUNDLED_BACKBONES.has(name) || (await this.prisma.backbone.count({ where: { name } })) > 0) return;
    if (name !== IMAGENET) throw await this.#unknown(name);
    const { imagenet, downloads } = this.options;
    if (await isDownloaded(imagenet, downloads)) return;
    await checkPublished(imagenet, CHECK_TIMEOUT).catch((error: unknown) => {
      throw this.#notDownloadable(error);
    });
  }

  /** The backbone with the weights of a blob; created if it does not exist. */
  async adopt(sha256: string, architecture: string, about: BackboneAbout, actor: Actor): Promise<BackboneRow> {
    const known = await this.prisma.backbone.findUnique({ where: { sha256 } });
    return known ?? this.#create(`imported-${sha256.slice(0, 12)}`, sha256, architecture, about, actor);
  }

  async #downloadImagenet(onDownload: OnDownload, actor: Actor, signal?: AbortSignal): Promise<BackboneRow> {
    const { imagenet, downloads } = this.options;
    let file: string;
    try {
      file = await download(imagenet, downloads, onDownload, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#notDownloadable(error);
    }
    return this.#add(IMAGENET, (await fromKeras(file)).file, IMAGENET_ABOUT, actor);
  }

  #notDownloadable(error: unknown): HubError {
    const { url } = this.options.imagenet;
    const why = error instanceof Error ? error.message : String(error);
    const [included] = BUNDLED_BACKBONES.keys();
    const message = `The backbone "imagenet" cannot be downloaded: ${why} Choose "${included}", which is included, or add a local copy of ${url} under a name of its own: "hub backbone add NAME --path FILE", or addBackbone with its path.`;
    return new HubError('BACKBONE_UNAVAILABLE', message, { name: IMAGENET, url });
  }

  async #unknown(name: string): Promise<HubError> {
    const replacement = REPLACED.get(name);
    if (replacement !== undefined) {
      const message = `The backbone "${name}" is no longer included: "${replacement}" has replaced it and gives other results. Choose "${replacement}". Data folders in which "${name}" was used keep it.`;
      return new HubError('BACKBONE_UNAVAILABLE', message, { name, replacement });
    }
    const where = { name: { notIn: [...BUILT_IN] } };
    const added = await this.prisma.backbone.findMany({ where, orderBy: { id: 'desc' }, take: NAMED });
    const names = [...BUILT_IN, ...added.map((backbone) => backbone.name)];
    const meant = closest(name, names);
    const suggestion = meant === undefined ? '' : ` Did you mean ${meant}?`;
    const message = `There is no backbone named ${name}.${suggestion} Choose another, such as ${names.join(', ')}, or add it: "hub backbone add ${name} --path FILE", or addBackbone with its path.`;
    return new HubError('BACKBONE_UNAVAILABLE', message, { name, backbones: names });
  }

  async #add(name: string, file: Buffer, about: BackboneAbout, actor: Actor): Promise<BackboneRow> {
    const { weights } = readSafetensors(file);
    requireUsable(weights);
    const network = matchBackbone(weights);
    const { sha256 } = await this.blobs.put(file);
    return this.#create(name, sha256, networkName(network), about, actor);
  }

  async #create(
    name: string,
    sha256: string,
    architecture: string,
    about: BackboneAbout,
    actor: Actor,
  ): Promise<BackboneRow> {
    const preprocessing = networkNamed(architecture).architecture.preprocessing.formula;
    const data = { name, sha256, architecture, preprocessing, ...about, ...ownerColumns(actor) };
    const entry = { action: 'BACKBONE_ADDED', subject: name, details: { sha256, source: about.source } } as const;
    try {
      const [row] = await this.prisma.$transaction([
        this.prisma.backbone.create({ data }),
        this.prisma.auditEvent.create({ data: auditRow(actor, entry) }),
      ]);
      return row;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const twin = await this.prisma.backbone.findFirst({ where: { OR: [{ name }, { sha256 }] } });
      if (twin?.name === name && twin.sha256 === sha256) return twin;
      const message = `The backbone ${twin?.name} has this name or these weights already.`;
      throw new HubError('CONFLICT', message, { name, sha256 });
    }
  }
}

function refuseBuiltIn(name: string): void {
  if (!BUILT_IN.includes(name) && !REPLACED.has(name)) return;
  throw new HubError('BAD_INPUT', `"${name}" is the name of built-in weights. Choose another name.`, { name });
}

/** The weights of a Keras file in the stored format, and notes on them. The reader is loaded on first use: it is 3 MB. */
async function fromKeras(path: string): Promise<{ file: Buffer; notes: readonly string[] }> {
  const { readBackboneFile } = await import('../../network/backbone-file.js');
  const { weights, notes } = await readBackboneFile(path);
  return { file: writeSafetensors(weights), notes };
}
