import { describe, expect, it } from 'vitest';
import { compareOutcomes } from '../../../src/domain/run/reproduction.js';

const epoch = (number: number, trainLoss: number) => ({
  ...{ epoch: number, trainLoss, trainAccuracy: 0.5, validationLoss: 1, validationAccuracy: 0.5 },
});
const ORIGINAL = {
  engine: { name: 'onnx', version: '1.30.0', device: 'cpu', threads: 2 },
  environment: { node: 'v20.19.0', host: { name: 'one' } },
  ...{ keptEpoch: 2, testLoss: 1.25, testAccuracy: 0.5, confusion: [[1, 1]], weightsBlob: 'a' },
  epochs: [epoch(1, 2), epoch(2, 1.5), epoch(3, 1.25)],
};

describe('a run that was repeated', () => {
  it('agrees when every number is the same', () => {
    expect(compareOutcomes(ORIGINAL, structuredClone(ORIGINAL))).toEqual({ agrees: true, differences: [] });
  });

  it('agrees on another engine that comes to the same, and says that it was another', () => {
    const now = { ...ORIGINAL, engine: { ...ORIGINAL.engine, threads: 4 } };
    expect(compareOutcomes(ORIGINAL, now)).toEqual({
      agrees: true,
      differences: [{ what: 'engine.threads', original: 2, now: 4 }],
    });
  });

  it('differs neither by the reason for its engine nor by what an earlier release did not record', () => {
    const now = { ...ORIGINAL, engine: { ...ORIGINAL.engine, reason: 'Named with --engine.', features: null } };
    expect(compareOutcomes(ORIGINAL, now)).toEqual({ agrees: true, differences: [] });
  });

  it('does not agree when a number differs in its last bit: causes first, then the first epoch, then the figures', () => {
    const now = {
      ...ORIGINAL,
      environment: { node: 'v22.0.0', host: { name: 'one' } },
      epochs: [epoch(1, 2), epoch(2, 1.5 + 2 ** -52), epoch(3, 1)],
      weightsBlob: 'b',
    };
    expect(compareOutcomes(ORIGINAL, now)).toEqual({
      agrees: false,
      differences: [
        { what: 'environment.node', original: 'v20.19.0', now: 'v22.0.0' },
        { what: 'epochs.2.trainLoss', original: 1.5, now: 1.5 + 2 ** -52 },
        { what: 'weightsBlob', original: 'a', now: 'b' },
      ],
    });
  });

  it('does not agree when it has fewer epochs', () => {
    const { agrees, differences } = compareOutcomes(ORIGINAL, { ...ORIGINAL, epochs: ORIGINAL.epochs.slice(0, 2) });
    expect(agrees).toBe(false);
    expect(differences).toEqual([{ what: 'epochs.3', original: ORIGINAL.epochs[2], now: null }]);
  });
});
