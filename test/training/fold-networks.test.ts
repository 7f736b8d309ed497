import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ingestImages } from '../../src/datasets/ingest.js';
import type { Manifest } from '../../src/datasets/manifest.js';
import { TarSource } from '../../src/datasets/tar-source.js';
import { NetworkThread } from '../../src/engines/network-thread.js';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { BOUNDS } from '../../src/limits.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import { examine } from '../../src/training/examine.js';
import { findingsSchema } from '../../src/training/findings.js';
import { requireSmallFolds } from '../../src/training/fold-networks.js';
import type { ExaminationEvent, ExaminationJob } from '../../src/training/job.js';
import { recipeSchema } from '../../src/training/recipe.js';
import { tarOf } from '../datasets/archives.js';
import { colourImages, colourPhoto } from '../support/colour-images.js';
import { narrowLiteFile } from '../support/narrow-backbone.js';
import { QUICK } from '../support/recipes.js';
import { removeFolder } from '../support/remove-folder.js';

let folder: string;
let blobs: FileBlobStore;
let job: ExaminationJob;

interface Examined {
  readonly findings: string | null;
  readonly events: readonly ExaminationEvent[];
  readonly answers: readonly string[];
}

/** Examines, until an event is the last. */
async function examined(answers: readonly string[], isLast?: (event: ExaminationEvent) => boolean): Promise<Examined> {
  const events: ExaminationEvent[] = [];
  const cancelled = new AbortController();
  const emit = (event: ExaminationEvent): void => {
    events.push(event);
    if (isLast?.(event)) cancelled.abort(new Error('cancelled'));
  };
  const thorough = { ...(job.thorough as NonNullable<ExaminationJob['thorough']>), answers: [...answers] };
  const ended = examine(
    { ...job, thorough },
    {
      ...{ blobs, engine: new OnnxEngine(1), emit, signal: cancelled.signal },
      networkHosts: () => [new NetworkThread({ blobPlace: { folder }, threads: 1 })],
    },
  );
  const findings = isLast
    ? await expect(ended)
        .rejects.toThrow('cancelled')
        .then(() => null)
    : await ended;
  const made = events.flatMap((event) => (event.type === 'fold' ? [event.answersBlob] : []));
  return { findings, events, answers: made };
}

const stored = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter((path) => /^..\/[0-9a-f]{62}$/.test(path)).toSorted();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-folds-'));
  blobs = new FileBlobStore(folder);
  const images = { ...(await colourImages()), 'train/green/wrong.png': await colourPhoto('red', 700) };
  const archive = await tarOf(images);
  const { manifestBlob } = await ingestImages(new TarSource(() => Readable.from([archive])), blobs);
  const recipe = recipeSchema.parse({ ...QUICK, imageSize: 32, epochs: 10, patience: null });
  job = {
    manifestBlob: manifestBlob.sha256,
    backboneBlob: (await blobs.put(narrowLiteFile())).sha256,
    ...{ recipe, size: { input: 32, image: 32 }, featureChunks: [], uncached: null },
    ...{ parentBlob: null, checkpointBlob: null, blobPlace: { folder } },
    thorough: {
      recipe: { ...recipe, splitLayer: 'block10', epochs: 2 },
      ...{ featureChunks: [], uncached: null, answers: [] },
    },
  };
});
afterAll(() => removeFolder(folder));

it('finds a wrong label with four networks, and after an interruption trains only the missing ones', async () => {
  const whole = await examined([]);
  expect(whole.answers).toHaveLength(4);
  const findings = findingsSchema.parse(JSON.parse((await blobs.get(whole.findings as string)).toString()));
  expect(findings.labels.length).toBeGreaterThan(0);
  const progress = whole.events.flatMap((event) =>
    event.type === 'progress' && event.phase === 'networks' ? [event.done / event.total] : [],
  );
  expect(progress.at(0)).toBe(0);
  expect(progress.at(-1)).toBe(1);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));

  const before = await stored();
  const part = await examined([], ({ type }) => type === 'fold');
  expect(part.answers).toEqual(whole.answers.slice(0, 1));
  const rest = await examined(part.answers);
  expect(rest.answers).toEqual(whole.answers.slice(1));
  expect(rest.findings).toBe(whole.findings);
  expect(await stored()).toEqual(before); // neither networks nor checkpoints are left
});

it('keeps nothing of a network that is cancelled', async () => {
  const before = await stored();
  const cancelled = await examined([], (event) => event.type === 'progress' && event.phase === 'networks');
  expect(cancelled.answers).toEqual([]);
  expect(await stored()).toEqual(before);
});

it('is refused where any fold has more answers than are kept', () => {
  const classes = Array.from({ length: 1000 }, (_, i) => String(i));
  const most = Math.floor(BOUNDS.probabilities.value / 4 / classes.length);
  const check = (images: number): void =>
    requireSmallFolds({ classes, images: Array.from({ length: images }, () => ({ label: 1 })) } as unknown as Manifest);
  check(4 * most);
  expect(() => check(4 * most + 1)).toThrow(`A fold of ${most + 1} images of 1000 classes`);
});
