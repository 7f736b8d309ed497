import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES } from '../../src/domain/model/gate.js';
import { exportsOf } from '../../src/domain/model/model-export.js';
import { rulesOf } from '../../src/domain/model/model-row.js';
import { type ModelVersionRow, toModelVersion, toServedVersion } from '../../src/domain/model/model-version-row.js';

const AT = new Date('2026-01-01');
const OWNER = { createdBy: 'alice', createdById: 't-1', createdByRole: 'TRAINER' } as const;

/** A version that a run made, as the database returns it. */
const row = (changes: Partial<ModelVersionRow> = {}): ModelVersionRow => ({
  ...{ id: 'v-1', modelId: 'm-1', number: 2, runId: 'r-1', datasetVersionId: 'd-1', backboneId: 'b-1' },
  ...{ weightsBlob: 'w', expectedBlob: null, labels: ['cat', 'dog'], preprocessing: { input: 32, image: 75 } },
  ...{ testAccuracy: 0.9, testLoss: 0.3, archivedAt: null, ...OWNER, createdAt: AT },
  model: {
    ...{ id: 'm-1', name: 'pets', description: null, gate: null, secondPerson: false, logging: null },
    ...{ lastNumber: 2, archivedAt: null, ...OWNER, createdAt: AT },
  },
  run: { recipe: { hiddenUnits: 8 } },
  backbone: {
    ...{ id: 'b-1', name: 'narrow', sha256: 'b', architecture: 'InceptionV3 x 0.1', source: 's', licence: 'l' },
    ...{ preprocessing: 'p', trainedOn: 't', figures: 'f', ...OWNER, createdAt: AT },
  },
  datasetVersion: {
    ...{ id: 'd-1', datasetId: 'd', number: 1, contentHash: 'h', manifestBlob: 'm', classes: ['cat', 'dog'] },
    ...{ counts: [], imageCount: 4, bytes: 10n, width: 32, height: 32, source: 's', rejected: [], rejectedCount: 0 },
    ...{ shards: [], statistics: null, inspectionBlob: null, derivation: null, ...OWNER, createdAt: AT },
    dataset: { id: 'd', name: 'pets', description: null, ...OWNER, createdAt: AT },
  },
  aliases: [],
  serving: {
    ...{
      versionId: 'v-1',
      state: 'PENDING',
      otherForms: null,
      runtimeChoice: 'AUTO',
      quantizedBlob: null,
      int8Accuracy: null,
      fp32Milliseconds: null,
    },
    ...{ int8Milliseconds: null, measuredOn: null, measuredAt: null, error: null, choice: 'AUTO', chosenBy: null },
    ...{ chosenAt: null, precision: 'FP32', runtime: 'ONNX_RUNTIME', reason: 'r', calibrated: false, readyAt: AT },
  },
  origin: null,
  calibration: null,
  ...changes,
});

/** No network can be built for this picture: it is smaller than InceptionV3's first kernels. */
const NO_NETWORK = { preprocessing: { input: 32, image: 2 } };

describe('a row of a model version', () => {
  it('becomes a version without its network being built, which only its exports need', () => {
    const version = toModelVersion(row(NO_NETWORK));
    expect(version).toMatchObject({ model: 'pets', number: 2, imageSize: 2, head: { hidden: 8 } });
    expect(version).not.toHaveProperty('exports');
    expect(() => exportsOf(version)).toThrow();
  });

  it.each<[string, Partial<ModelVersionRow>, string]>([
    ['labels', { labels: ['cat', 7] }, 'The database row of model version v-1 is damaged: labels.1: '],
    [
      'preprocessing',
      { preprocessing: { input: 32 } },
      'The database row of model version v-1 is damaged: preprocessing.image: ',
    ],
    [
      'recipe',
      { run: { recipe: { hiddenUnits: 'many' } } },
      'The database row of the run of model version v-1 is damaged: recipe.hiddenUnits: ',
    ],
    [
      'calibration',
      { calibration: { versionId: 'v-1', figures: { temperature: 'high' }, outlierBlob: 'o', error: null } },
      'The database row of the calibration of model version v-1 is damaged: figures.temperature: ',
    ],
  ])('that does not fit is refused with its name and column: %s', (_, changes, message) => {
    expect(() => toModelVersion(row(changes))).toThrow(message);
  });

  it('is read without figures that are not numbers, as an older hub stored them', () => {
    const figures = { temperature: 1, eceBefore: 0, eceAfter: 0, outlierDistance: null, testAnswers: null };
    const calibration = { versionId: 'v-1', figures, outlierBlob: 'o', error: null };
    expect(toModelVersion(row({ testLoss: Number.NaN, calibration }))).toMatchObject({
      testLoss: null,
      calibration: null,
      notCalibrated: 'The answers of the version are not numbers.',
    });
  });

  it('is read by serving with the same checks', () => {
    expect(toServedVersion(row())).toMatchObject({ labels: ['cat', 'dog'], size: { input: 32, image: 75 } });
    expect(() => toServedVersion(row({ labels: 'cat' }))).toThrow(
      'The database row of model version v-1 is damaged: labels: ',
    );
  });
});

describe('the gate rules of a model', () => {
  it('are the default ones where it has none', () => {
    expect(rulesOf({ id: 'm-1', gate: null })).toEqual(DEFAULT_RULES);
  });

  it('that do not fit are refused with row and column', () => {
    expect(() => rulesOf({ id: 'm-1', gate: [{ kind: 'LUCKY' }] })).toThrow(
      'The database row of model m-1 is damaged: gate.0.kind: ',
    );
  });
});
