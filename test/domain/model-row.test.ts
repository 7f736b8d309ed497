import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES } from '../../src/domain/model/gate.js';
import { exportsOf } from '../../src/domain/model/model-export.js';
import { rulesOf } from '../../src/domain/model/model-row.js';
import { type ModelVersionRow, toModelVersion, toServedVersion } from '../../src/domain/model/model-version-row.js';

const AT = new Date('2026-01-01');

/** A version that a run made, as the database returns it. */
const row = (changes: Partial<ModelVersionRow> = {}): ModelVersionRow => ({
  ...{ id: 'v-1', modelId: 'm-1', number: 2, runId: 'r-1', datasetVersionId: 'd-1', backboneId: 'b-1' },
  ...{ weightsBlob: 'w', expectedBlob: null, labels: ['cat', 'dog'], preprocessing: { input: 32, image: 75 } },
  ...{ testAccuracy: 0.9, testLoss: 0.3, createdAt: AT },
  model: { id: 'm-1', name: 'pets', description: null, gate: null, secondPerson: false, logging: null, createdAt: AT },
  run: { recipe: { hiddenUnits: 8 } },
  backbone: {
    ...{ id: 'b-1', name: 'narrow', sha256: 'b', architecture: 'InceptionV3 x 0.1', source: 's', licence: 'l' },
    ...{ preprocessing: 'p', trainedOn: 't', createdAt: AT },
  },
  datasetVersion: {
    ...{ id: 'd-1', datasetId: 'd', number: 1, contentHash: 'h', manifestBlob: 'm', classes: ['cat', 'dog'] },
    ...{ counts: [], imageCount: 4, bytes: 10n, width: 32, height: 32, source: 's', rejected: [], rejectedCount: 0 },
    ...{ shards: [], statistics: null, inspectionBlob: null, derivation: null, createdAt: AT },
    dataset: { id: 'd', name: 'pets', description: null, createdAt: AT },
  },
  aliases: [],
  serving: {
    ...{ versionId: 'v-1', state: 'PENDING', quantizedBlob: null, int8Accuracy: null, fp32Milliseconds: null },
    ...{ int8Milliseconds: null, measuredOn: null, measuredAt: null, error: null, choice: 'AUTO', chosenBy: null },
    ...{ chosenAt: null, precision: 'FP32', reason: 'r' },
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
    ['labels', { labels: ['cat', 7] }, 'model_versions.labels of row v-1 cannot be read: 1: '],
    [
      'preprocessing',
      { preprocessing: { input: 32 } },
      'model_versions.preprocessing of row v-1 cannot be read: image: ',
    ],
    [
      'recipe',
      { run: { recipe: { hiddenUnits: 'many' } } },
      'runs.recipe of version of row v-1 cannot be read: hiddenUnits: ',
    ],
    [
      'calibration',
      { calibration: { versionId: 'v-1', figures: { temperature: 'high' }, outlierBlob: 'o', error: null } },
      'version_calibrations.figures of row v-1 cannot be read: temperature: ',
    ],
  ])('that does not fit is refused with its name and column: %s', (_, changes, message) => {
    expect(() => toModelVersion(row(changes))).toThrow(message);
  });

  it('is read by serving with the same checks', () => {
    expect(toServedVersion(row())).toMatchObject({ labels: ['cat', 'dog'], size: { input: 32, image: 75 } });
    expect(() => toServedVersion(row({ labels: 'cat' }))).toThrow('model_versions.labels of row v-1');
  });
});

describe('the gate rules of a model', () => {
  it('are the default ones where it has none', () => {
    expect(rulesOf({ id: 'm-1', gate: null })).toEqual(DEFAULT_RULES);
  });

  it('that do not fit are refused with row and column', () => {
    expect(() => rulesOf({ id: 'm-1', gate: [{ kind: 'LUCKY' }] })).toThrow(
      'models.gate of row m-1 cannot be read: 0.kind: ',
    );
  });
});
