import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCodeVersion } from '../../src/code-version.js';
import { dataPaths } from '../../src/storage/data-folder.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import { temporaryFolder } from '../storage/fixtures.js';
import { figuresOf, type RunAnswer } from '../support/answers.js';
import { COLOUR_NAMES } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import { HOPELESS, QUICK } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

const MISSING_ID = '00000000-0000-7000-8000-000000000000';

interface Mistakes {
  readonly total: number;
  readonly images: readonly {
    readonly image: number;
    readonly name: string;
    readonly trueClass: string;
    readonly predictedClass: string;
    readonly confidence: number;
  }[];
}

let hub: TestHub;
let datasetVersionId: string;
let good: RunAnswer;
let poor: RunAnswer;
let preparedRun: string;

beforeAll(async () => {
  // The prepared run is as one from before the hub kept probabilities.
  const colours = await TestHub.startWithColours({
    rows: (client) => client.run.updateMany({ data: { probabilitiesBlob: null } }),
  });
  hub = colours;
  preparedRun = colours.runId;
  datasetVersionId = colours.datasetVersionId;
  good = await hub.train({ datasetVersionId, recipe: { ...QUICK, epochs: 4 } });
  poor = await hub.train({ datasetVersionId, recipe: HOPELESS });
});
afterAll(() => hub.remove());

const refusal = (request: string, variables: Readonly<Record<string, unknown>>): Promise<unknown> =>
  hub.ask(request, variables).then(
    () => 'not refused',
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );

describe('the record of a run', () => {
  it('names the code, the versions and the machine', async () => {
    const { environment } = good;
    expect(environment!.code.version).toBe('0.1.0');
    expect(environment!.node).toBe(process.version);
    expect(environment!.libraries.map(({ name }) => name)).toEqual(['sharp', 'libvips']);
    for (const { version } of environment!.libraries) expect(version).toMatch(/^\d+\.\d+/);
    expect(environment!.host.name).toBe(hostname());
    expect(environment!.host.cores).toBeGreaterThan(0);
    expect(environment!.host.memoryBytes).toBeGreaterThan(1e8);
  });

  it('scores every class by its confusion matrix', () => {
    const { counts } = poor.confusion!;
    expect(poor.perClass!.map(({ label, support }) => [label, support])).toEqual(COLOUR_NAMES.map((name) => [name, 8]));
    for (const [c, { recall }] of poor.perClass!.entries()) expect(recall).toBe(counts[c]![c]! / 8);
    expect(poor.macroAverage!.recall).toBeCloseTo(poor.testAccuracy!, 12); // where all classes have as many images
  });
});

describe('the mistakes of a run', () => {
  const mistakes = async (variables: Readonly<Record<string, unknown>> = {}): Promise<Mistakes> =>
    (await hub.ask<{ runMistakes: Mistakes }>('run-mistakes', { id: poor.id, ...variables })).runMistakes;

  it('are its wrong test images, the most confident ones first', async () => {
    const { total, images } = await mistakes();
    expect(total).toBe(Math.round(24 * (1 - poor.testAccuracy!)));
    expect(total).toBeGreaterThan(2);
    expect(images).toHaveLength(total);
    const confidences = images.map(({ confidence }) => confidence);
    expect(confidences).toEqual(confidences.toSorted((a, b) => b - a));
    for (const { image, name, trueClass, predictedClass } of images) {
      expect(trueClass).not.toBe(predictedClass);
      expect(name).toMatch(new RegExp(`^test/${trueClass}/\\d+\\.png$`));
      expect(image).toBeGreaterThanOrEqual(60); // after the images to train on
    }
    expect((await mistakes({ first: 2 })).images).toEqual(images.slice(0, 2));
  });

  it('can be listed for each cell of the confusion matrix, and add up to it', async () => {
    for (const [i, trueClass] of COLOUR_NAMES.entries()) {
      for (const [j, predictedClass] of COLOUR_NAMES.entries()) {
        const { total, images } = await mistakes({ trueClass, predictedClass });
        expect(total).toBe(poor.confusion!.counts[i]![j]!);
        for (const image of images) expect(image).toMatchObject({ trueClass, predictedClass });
      }
    }
  });

  it('have thumbnails', async () => {
    const request = `query ($id: ID!, $side: Int!) {
      runMistakes(id: $id, first: 1) { images { thumbnail(side: $side) } }
    }`;
    const answer = await hub.post(request, { id: poor.id, side: 16 });
    const { runMistakes } = answer.data as { runMistakes: { images: [{ thumbnail: string }] } };
    const [head, content] = runMistakes.images[0].thumbnail.split(',');
    expect(head).toBe('data:image/webp;base64');
    expect(await sharp(Buffer.from(content!, 'base64')).metadata()).toMatchObject({ width: 16, height: 16 });
    expect((await hub.post(request, { id: poor.id, side: 8 })).errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  it('are refused for a class or a run that is not there', async () => {
    expect(await refusal('run-mistakes', { id: poor.id, trueClass: 'pink' })).toEqual({
      code: 'BAD_INPUT',
      message: "The run's dataset version has no class named pink.",
    });
    expect(await refusal('run-mistakes', { id: MISSING_ID })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal('run-mistakes', { id: poor.id, first: 201 })).toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('the evaluation of a run', () => {
  interface Evaluation {
    readonly images: number;
    readonly missing: string | null;
    readonly slices: readonly {
      readonly kind: string;
      readonly name: string;
      readonly images: number;
      readonly correct: number;
      readonly deviation: number;
      readonly meanConfidence: number | null;
    }[];
    readonly reliability: {
      readonly calibrationError: number;
      readonly bins: readonly { readonly images: number; readonly correct: number }[];
    } | null;
    readonly curves: {
      readonly macroRocArea: number;
      readonly macroAveragePrecision: number;
      readonly macroRoc: { readonly x: readonly number[]; readonly y: readonly number[] };
      readonly classes: readonly {
        readonly label: string;
        readonly images: number;
        readonly rocArea: number;
        readonly averagePrecision: number;
        readonly roc: { readonly x: readonly number[] };
      }[];
    } | null;
  }

  const evaluation = async (id: string, variables = {}): Promise<Evaluation> =>
    (await hub.ask<{ runEvaluation: Evaluation }>('run-evaluation', { id, ...variables })).runEvaluation;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

  it('has curves of every class, worst first, and the calibration', async () => {
    const { images, missing, reliability, curves } = await evaluation(poor.id);
    expect({ images, missing }).toEqual({ images: 24, missing: null });
    const { classes, macroRocArea, macroAveragePrecision, macroRoc } = curves!;
    expect(classes.map(({ label }) => label).toSorted()).toEqual(COLOUR_NAMES.toSorted());
    const precisions = classes.map(({ averagePrecision }) => averagePrecision);
    expect(precisions).toEqual(precisions.toSorted((a, b) => a - b));
    expect(precisions[0]).toBeLessThan(1);
    expect(macroAveragePrecision).toBeCloseTo(sum(precisions) / 3, 12);
    expect(macroRocArea).toBeCloseTo(sum(classes.map(({ rocArea }) => rocArea)) / 3, 12);
    expect([macroRoc.x.at(-1), macroRoc.y.at(-1)]).toEqual([1, 1]);
    expect(classes.map((of) => of.images)).toEqual([8, 8, 8]);
    expect(sum(reliability!.bins.map((bin) => bin.images))).toBe(24);
    expect(sum(reliability!.bins.map((bin) => bin.correct))).toBe(Math.round(24 * poor.testAccuracy!));
    expect((await evaluation(poor.id, { first: 1 })).curves!.classes).toEqual(classes.slice(0, 1));
  });

  it('has slices of the test images, in the terminal too, those that deviate most first', async () => {
    const { slices } = await evaluation(poor.id);
    const deviations = slices.map(({ deviation }) => Math.abs(deviation));
    expect(deviations).toEqual(deviations.toSorted((a, b) => b - a));
    const ofClass = slices.filter(({ kind }) => kind === 'CLASS');
    expect(ofClass.map(({ name }) => name).toSorted()).toEqual(COLOUR_NAMES.toSorted());
    const bright = slices.filter(({ kind }) => kind === 'BRIGHTNESS');
    for (const kind of [ofClass, bright]) {
      expect(sum(kind.map(({ images }) => images))).toBe(24);
      expect(sum(kind.map(({ correct }) => correct))).toBe(Math.round(24 * poor.testAccuracy!));
    }
    expect(slices.map(({ meanConfidence }) => meanConfidence)).not.toContain(null);
    expect((await evaluation(poor.id, { first: 1 })).slices).toEqual(slices.slice(0, 1));
    const old = await evaluation(preparedRun, { temperature: 2 });
    expect(new Set(old.slices.map(({ meanConfidence }) => meanConfidence))).toEqual(new Set([null]));
    const shown = await runHub('run', 'slices', poor.id, '--url', hub.url, '--token', hub.token);
    const lines = shown.stdout.trimEnd().split('\n');
    expect(lines.length, shown.stderr).toBe(slices.length + 1);
    expect(lines[1]).toContain(slices[0]!.name);
  });

  it('can be that of a calibrated version: the temperature changes confidence, not who is right', async () => {
    const [plain, sure] = [await evaluation(poor.id), await evaluation(poor.id, { temperature: 0.05 })];
    const correct = (of: Evaluation): number => sum(of.reliability!.bins.map((bin) => bin.correct));
    expect(correct(sure)).toBe(correct(plain));
    expect(sure.reliability!.bins).not.toEqual(plain.reliability!.bins);
  });

  it('says why there are no curves of a run from before they were recorded', async () => {
    const { images, missing, reliability, curves } = await evaluation(preparedRun);
    expect(curves).toBeNull();
    expect(missing).toMatch(/^The run ended before the hub kept the probability of every class\./);
    expect(sum(reliability!.bins.map((bin) => bin.images))).toBe(images);
    expect((await evaluation(preparedRun, { temperature: 2 })).reliability).toBeNull();
  });

  it('has all but slices while the list of images is lost', async () => {
    const blobs = new FileBlobStore(dataPaths(hub.data).blobs);
    const manifest = await hub.inDatabase(async (client) => {
      const { manifestBlob } = await client.datasetVersion.findUniqueOrThrow({ where: { id: datasetVersionId } });
      const content = await blobs.get(manifestBlob);
      await blobs.delete(manifestBlob);
      return content;
    });
    const { curves, slices } = await evaluation(poor.id);
    expect(curves!.classes).toHaveLength(3);
    expect(slices).toBeNull();
    const shown = await runHub('run', 'slices', poor.id, '--url', hub.url, '--token', hub.token);
    expect(shown.stderr).toMatch(/The list of test images is lost or damaged/);
    await blobs.put(manifest);
    expect((await evaluation(poor.id)).slices).not.toBeNull();
  });

  it('is null for a run without predictions, and refused for one that is not there', async () => {
    const failed = await hub.train({ datasetVersionId, backbone: await hub.failingBackbone() });
    expect(await evaluation(failed.id)).toBeNull();
    expect(await refusal('run-evaluation', { id: MISSING_ID })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal('run-evaluation', { id: poor.id, temperature: 0 })).toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('the map of a run', () => {
  interface Embedding {
    readonly total: number;
    readonly missing: string | null;
    readonly explained: readonly number[];
    readonly images: readonly {
      readonly image: number;
      readonly trueClass: string;
      readonly predictedClass: string;
      readonly x: number;
      readonly y: number;
    }[];
  }

  it('has a point for every test image, and keeps classes apart that the run tells apart', async () => {
    const { runEmbedding } = await hub.ask<{ runEmbedding: Embedding }>('run-embedding', { id: good.id });
    const { total, missing, explained, images } = runEmbedding;
    expect({ total, missing }).toEqual({ total: 24, missing: null });
    expect(images).toHaveLength(24);
    expect(explained[0]).toBeGreaterThan(explained[1]!);
    expect(explained[0]! + explained[1]!).toBeLessThanOrEqual(1);
    expect(Math.max(...images.flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)]))).toBeCloseTo(1, 6);
    const right = images.filter(({ trueClass, predictedClass }) => trueClass === predictedClass).length;
    expect(right).toBe(Math.round(24 * good.testAccuracy!));
    // The nearest neighbor of most images is of their class: there are three, as different as colors can be.
    const likes = images.filter((own) => {
      const others = images.filter((other) => other.image !== own.image);
      const distance = (other: (typeof others)[number]): number => Math.hypot(other.x - own.x, other.y - own.y);
      return others.toSorted((a, b) => distance(a) - distance(b))[0]!.trueClass === own.trueClass;
    });
    expect(likes.length).toBeGreaterThan(16);
    const again = await hub.ask<{ runEmbedding: Embedding }>('run-embedding', { id: good.id });
    expect(again.runEmbedding).toEqual(runEmbedding);
  });

  it('is null for a run without predictions, and refused for one that is not there', async () => {
    const failed = await hub.train({ datasetVersionId, backbone: await hub.failingBackbone() });
    expect(await hub.ask('run-embedding', { id: failed.id })).toEqual({ runEmbedding: null });
    expect(await refusal('run-embedding', { id: MISSING_ID })).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('runs side by side', () => {
  interface Comparison {
    readonly runs: readonly { readonly id: string; readonly epochs: readonly unknown[] }[];
    readonly recipe: readonly { readonly name: string; readonly values: readonly unknown[] }[];
    readonly metrics: readonly {
      readonly name: string;
      readonly values: readonly (number | null)[];
      readonly deltas: readonly (number | null)[];
    }[];
  }

  it('show how their recipes and their metrics differ from the first', async () => {
    const answer = await hub.ask<{ compareRuns: Comparison }>('compare-runs', { ids: [poor.id, good.id] });
    const { runs, recipe, metrics } = answer.compareRuns;
    expect(answer.compareRuns).toMatchObject({ sameData: true, sameBackbone: true, sameEngine: true });
    expect(runs.map(({ id, epochs }) => [id, epochs.length])).toEqual([
      [poor.id, 1],
      [good.id, 4],
    ]);
    expect(recipe).toEqual([
      { name: 'epochs', values: [1, 4] },
      { name: 'learningRate', values: [HOPELESS.learningRate, QUICK.learningRate] },
    ]);
    const accuracy = metrics.find(({ name }) => name === 'testAccuracy')!;
    expect(accuracy.values).toEqual([poor.testAccuracy, good.testAccuracy]);
    expect(accuracy.deltas).toEqual([0, good.testAccuracy! - poor.testAccuracy!]);
    for (const name of ['validationAccuracy', 'validationLoss'] as const) {
      const kept = [poor, good].map(({ epochs, keptEpoch }) => epochs[keptEpoch! - 1]![name]);
      expect(metrics.find((metric) => metric.name === name)!.values).toEqual(kept);
      expect([poor[name], good[name]]).toEqual(kept);
    }
  });

  it('have null for a figure that one of them lacks', async () => {
    const failed = await hub.train({ datasetVersionId, backbone: await hub.failingBackbone() });
    const answer = await hub.ask<{ compareRuns: Comparison }>('compare-runs', { ids: [good.id, failed.id] });
    expect(answer.compareRuns).toMatchObject({ sameBackbone: false, sameEngine: false });
    expect(answer.compareRuns.metrics.find(({ name }) => name === 'testLoss')).toMatchObject({
      values: [good.testLoss, null],
      deltas: [0, null],
    });
  });

  it.each<[string, (id: string) => string[], string]>([
    ['one run', (id) => [id], 'BAD_INPUT'],
    ['the same run twice', (id) => [id, id], 'BAD_INPUT'],
    ['eleven runs', (id) => [id, ...Array.from({ length: 10 }, (_, i) => `${i}`)], 'BAD_INPUT'],
    ['a run that is not there', (id) => [id, MISSING_ID], 'NOT_FOUND'],
  ])('are refused for %s', async (_, ids, code) => {
    expect(await refusal('compare-runs', { ids: ids(good.id) })).toMatchObject({ code });
  });
});

describe('a run that is reproduced', () => {
  const reproduce = async (id: string): Promise<RunAnswer> => {
    const { reproduceRun } = await hub.ask<{ reproduceRun: { id: string } }>('reproduce-run', { id });
    return hub.ended(reproduceRun.id);
  };

  it('has the same numbers bit by bit, and says so', async () => {
    const again = await reproduce(good.id);
    expect(again).toMatchObject({ state: 'SUCCEEDED', reproductionOfId: good.id });
    expect(again.reproduction).toEqual({ agrees: true, differences: [] });
    expect(figuresOf(again)).toEqual(figuresOf(good));
    expect(good.reproduction).toBeNull();
  });

  it('continues the same parent', async () => {
    const input = { parentRunId: good.id, fineTuneFrom: 'mixed9', epochs: 1 };
    const { startFineTuneRun } = await hub.ask<{ startFineTuneRun: { id: string } }>('start-fine-tune-run', { input });
    const tuned = await hub.ended(startFineTuneRun.id);
    const again = await reproduce(tuned.id);
    expect(again).toMatchObject({ kind: 'FINE_TUNE', parentRunId: good.id, reproductionOfId: tuned.id });
    expect(again.reproduction).toEqual({ agrees: true, differences: [] });
  });

  it('is refused unless it exists and succeeded', async () => {
    const failed = await hub.train({ datasetVersionId, backbone: await hub.failingBackbone() });
    expect(await refusal('reproduce-run', { id: failed.id })).toEqual({
      code: 'CONFLICT',
      message: 'The run is FAILED. Reproduce a run that has succeeded.',
    });
    expect(await refusal('reproduce-run', { id: MISSING_ID })).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the version of the code', () => {
  const git = (folder: string, ...args: string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { encoding: 'utf8' });

  it('is its commit, and whether a file of that was changed since', async () => {
    const folder = await temporaryFolder();
    git(folder, 'init', '-q');
    await writeFile(join(folder, 'file'), 'one');
    git(folder, 'add', 'file');
    git(folder, 'commit', '-qm', 'one');
    const commit = git(folder, 'rev-parse', 'HEAD').trim();
    expect(await readCodeVersion(folder)).toMatchObject({ commit, dirty: false });
    await writeFile(join(folder, 'file'), 'two, longer');
    expect(await readCodeVersion(folder)).toMatchObject({ commit, dirty: true });
  });

  it('has no commit outside a checkout, nor inside one of something else', async () => {
    const folder = await temporaryFolder();
    expect(await readCodeVersion(folder)).toMatchObject({ commit: null, dirty: null });
    expect(await readCodeVersion('/nonexistent')).toMatchObject({ commit: null, dirty: null });
    expect(await readCodeVersion(import.meta.dirname)).toMatchObject({ commit: null, dirty: null });
  });
});
