import { shareInterval } from '../../calibration/share-interval.js';
import type { Spread } from '../../calibration/spread.js';
import { dataUrl, thumbnail } from '../../datasets/thumbnails.js';
import { HubError } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { figuresOf } from '../model/calibration-row.js';
import type { Model } from '../model/model.js';
import type { ModelSettingsService } from '../model/model-settings-service.js';
import { labelsOf } from '../model/model-version-row.js';
import { idOf, type Page, type PageRequest, pageOfRows } from '../page.js';
import type { Pictures, Viewer } from '../pictures.js';
import { type DriftedPart, driftedParts, driftOf } from './drift.js';
import type {
  FeedbackAccuracy,
  Prediction,
  PredictionFilter,
  PredictionLogSettings,
  VersionTraffic,
} from './prediction.js';
import type { LogSetting, PredictionLog } from './prediction-log.js';
import { toPrediction, withVersion } from './prediction-row.js';
import { TENTH } from './review-score.js';

/** Number of answers of a version with one label and one tenth of confidence. */
interface Cell {
  readonly versionId: string;
  readonly label: string;
  readonly tenth: number;
  readonly count: number;
  readonly judged: number;
  readonly right: number;
  readonly none: number;
}

/** Reads kept answers, and summarizes them and the feedback on them. */
export class PredictionService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly log: PredictionLog,
    private readonly settings: ModelSettingsService,
    private readonly pictures: Pictures,
  ) {}

  /** Sets which answers of a model are kept. @throws NOT_FOUND; BAD_INPUT for photos that outlast their answers. */
  async setLog(model: string, setting: LogSetting, reason: string, actor: Actor): Promise<Model> {
    const { days, photoDays } = setting;
    if (photoDays !== null && photoDays > days) {
      const message = `Photos cannot be kept for ${photoDays} days, longer than their answers (${days}): lower \`keepPhotosDays\` or raise \`keepDays\`.`;
      throw new HubError('BAD_INPUT', message, { received: photoDays, limit: days });
    }
    const changed = await this.settings.setLogging(model, setting, reason, actor);
    await this.log.load();
    return changed;
  }

  /** Which answers of a model are kept; null where nothing was ever set. */
  setting(model: string): PredictionLogSettings | null {
    const logged = this.log.of(model);
    if (!logged) return null;
    const { sample, days, photos, photoDays } = logged.setting;
    return { sample, keepDays: days, keepPhotos: photos, keepPhotosDays: photoDays, lost: logged.lost };
  }

  /** Reads a page of predictions, newest first. */
  async page(filter: PredictionFilter, request: PageRequest): Promise<Page<Prediction>> {
    const { first, after } = request;
    await this.log.flush();
    const where = this.#conditionOf(filter);
    const rows = await this.prisma.loggedPrediction.findMany({
      where: { AND: [where, after === null ? {} : { id: { lt: idOf(after) } }] },
      include: withVersion,
      orderBy: { id: 'desc' },
      take: first + 1,
    });
    const count = () => this.prisma.loggedPrediction.count({ where });
    return pageOfRows(
      rows,
      request,
      (shown) => shown.map(toPrediction),
      ({ id }) => id,
      count,
    );
  }

  /** A small copy of the photo. @returns a data URL; null where the photo was not kept. */
  async thumbnail({ photoBlob }: Prediction, side: number, viewer: Viewer): Promise<string | null> {
    if (photoBlob === null) return null;
    const render = async (): Promise<Buffer> => thumbnail(await this.blobs.get(photoBlob), side);
    return dataUrl(await this.pictures.render(viewer, render));
  }

  /**
   * Traffic of each version that has kept answers, newest version first. Answers of prediction jobs are none.
   * @param since null for all.
   */
  async traffic(model: string, since: Date | null): Promise<VersionTraffic[]> {
    await this.log.flush();
    return (await this.#spreads(model, since)).map(({ number, labels, own, spread, reference }) => ({
      version: number,
      predictions: sumOf(own, 'count'),
      feedback: accuracyOf(sumOf(own, 'right'), sumOf(own, 'judged'), sumOf(own, 'none')),
      drift: driftOf(labels, spread, reference),
    }));
  }

  /** The parts of the traffic that drifted, those first that grew most. @param since null for all. */
  async drifted(model: string, since: Date | null): Promise<DriftedPart[]> {
    const spreads = await this.#spreads(model, since);
    return spreads
      .flatMap(({ id, labels, spread, reference }) => driftedParts(id, labels, spread, reference))
      .toSorted((a, b) => b.growth - a.growth);
  }

  /** Counted answers to clients by version, newest first. */
  async #spreads(model: string, since: Date | null) {
    const cells = await this.prisma.$queryRaw<Cell[]>`
      SELECT version_id AS "versionId", label, ${TENTH} AS tenth, count(*)::int AS count,
        count(right_label)::int AS judged, (count(*) FILTER (WHERE right_label = label))::int AS right,
        (count(*) FILTER (WHERE shows_none))::int AS none
      FROM predictions p WHERE model_id = (SELECT id FROM models WHERE name = ${model}) AND at >= ${since ?? new Date(0)}
        AND job_id IS NULL
      GROUP BY 1, 2, 3`;
    const ids = [...new Set(cells.map(({ versionId }) => versionId))];
    const versions = await this.prisma.modelVersion.findMany({
      where: { id: { in: ids } },
      include: { calibration: true },
      orderBy: { number: 'desc' },
    });
    return versions.map((version) => {
      const { id, number, calibration } = version;
      const own = cells.filter(({ versionId }) => versionId === id);
      const labels = labelsOf(version);
      const reference = figuresOf(calibration)?.testAnswers ?? null;
      return { id, number, labels, own, spread: spreadOf(own, labels), reference };
    });
  }

  #conditionOf(filter: PredictionFilter): Prisma.LoggedPredictionWhereInput {
    const { model, version, label, wrong, showsNone, confidenceBelow, inputHash, since, before } = filter;
    const { fields } = this.prisma.loggedPrediction;
    return {
      model: { name: model },
      ...(version != null ? { version: { number: version } } : {}),
      ...(label != null ? { label } : {}),
      ...(wrong != null
        ? { rightLabel: { not: null }, [wrong ? 'NOT' : 'AND']: { rightLabel: { equals: fields.label } } }
        : {}),
      ...(showsNone != null ? { showsNone, rightAt: { not: null } } : {}),
      ...(confidenceBelow != null ? { confidence: { lt: confidenceBelow } } : {}),
      ...(inputHash != null ? { inputHash } : {}),
      at: { ...(since != null ? { gte: since } : {}), ...(before != null ? { lt: before } : {}) },
    };
  }
}

const sumOf = (cells: readonly Cell[], what: 'count' | 'judged' | 'right' | 'none'): number =>
  cells.reduce((sum, cell) => sum + cell[what], 0);

function spreadOf(cells: readonly Cell[], labels: readonly string[]): Spread {
  const spread = { classes: labels.map(() => 0), confidences: new Array<number>(10).fill(0) };
  for (const { label, tenth, count } of cells) {
    spread.classes[labels.indexOf(label)]! += count;
    spread.confidences[tenth]! += count;
  }
  return spread;
}

function accuracyOf(right: number, judged: number, none: number): FeedbackAccuracy {
  if (judged === 0) return { judged, right, none, accuracy: null, low: null, high: null };
  return { judged, right, none, accuracy: right / judged, ...shareInterval(right, judged) };
}
