import 'reflect-metadata';
import { type GraphQLInputObjectType, type GraphQLObjectType, graphql } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.js';
import { networkNamed } from '../../src/network/networks.js';
import { buildHubSchema } from '../../src/schema/schema.js';
import { HYPERPARAMETERS } from '../../src/training/hyperparameters.js';
import { resolveRecipe } from '../../src/training/recipe-resolution.js';
import { requestText } from '../support/hub-user.js';

const schema = buildHubSchema();
const caller: Caller = { tokenId: 't', name: 'tester', role: 'VIEWER', model: null, expiresAt: null };

async function ask<T>(request: string): Promise<T> {
  const { data, errors } = await graphql({ schema, source: await requestText(request), contextValue: { caller } });
  expect(errors).toBeUndefined();
  return JSON.parse(JSON.stringify(data)) as T;
}

interface Told {
  readonly name: string;
  readonly kind: string;
  readonly default: unknown;
  readonly nullable: boolean;
  readonly min: number | null;
  readonly exclusiveMin: boolean;
  readonly max: number | null;
  readonly choices: readonly string[];
  readonly runKinds: readonly string[];
}

const inputFields = (type: string): string[] =>
  Object.keys((schema.getType(type) as GraphQLInputObjectType).getFields());

describe('the hyperparameters', () => {
  it('are all that a recipe says, with the defaults that it has', async () => {
    const { hyperparameters } = await ask<{ hyperparameters: Told[] }>('hyperparameters');
    const defaults = Object.fromEntries(hyperparameters.map(({ name, default: value }) => [name, value]));
    expect(defaults).toEqual(resolveRecipe('standard', {}));
    expect(Object.keys((schema.getType('Recipe') as GraphQLObjectType).getFields()).toSorted()).toEqual(
      Object.keys(defaults).toSorted(),
    );
  });

  it('have the ranges at which the recipe refuses', async () => {
    const { hyperparameters } = await ask<{ hyperparameters: Told[] }>('hyperparameters');
    const smallest = networkNamed('EfficientNet-Lite0'); // it takes the smallest images of all
    const takes = (name: string, value: unknown): boolean => {
      try {
        const others = name === 'averageEpochs' ? { restoreBest: false, patience: null, epochs: 1000 } : {};
        return resolveRecipe('standard', { ...others, [name]: value }, smallest)[name as 'seed'] === value;
      } catch {
        return false;
      }
    };
    for (const { name, kind, min, exclusiveMin, max, nullable, choices } of hyperparameters) {
      expect(takes(name, null), name).toBe(nullable);
      if (kind === 'BOOLEAN') continue;
      if (kind === 'CHOICE' || kind === 'WEIGHTS') {
        for (const choice of choices) expect(takes(name, choice), name).toBe(true);
        continue;
      }
      expect([takes(name, min), takes(name, max)], name).toEqual([!exclusiveMin, true]);
      expect([takes(name, min! - 1e-6), takes(name, max! + 1e-6)], name).toEqual([false, false]);
      expect(takes(name, (min! + max!) / 2 + 1e-6), name).toBe(kind === 'FLOAT');
    }
  });

  it('can be given to the kinds of run that they say', async () => {
    const { hyperparameters } = await ask<{ hyperparameters: Told[] }>('hyperparameters');
    const of = (kind: string): string[] => hyperparameters.flatMap((p) => (p.runKinds.includes(kind) ? p.name : []));
    expect(inputFields('RecipeInput').toSorted()).toEqual(of('TRANSFER').toSorted());
    const all = hyperparameters.flatMap(({ name }) => (name === 'splitLayer' ? [] : [name]));
    expect(inputFields('PipelineRecipeInput').toSorted()).toEqual(all.toSorted());
    const fineTune = inputFields('StartFineTuneRunInput').map((name) =>
      name === 'fineTuneFrom' ? 'splitLayer' : name,
    );
    const others = ['parentRunId', 'name', 'note'];
    expect(fineTune.filter((name) => !others.includes(name)).toSorted()).toEqual(of('FINE_TUNE').toSorted());
  });

  it('are described in the schema with default, range and unit', () => {
    const { learningRate, batchSize, patience } = (schema.getType('RecipeInput') as GraphQLInputObjectType).getFields();
    expect(learningRate?.description).toBe(
      "Adam's learning rate. Default: 0.001; 0.00001 for fine-tuning. Range: above 0, at most 1.",
    );
    expect(batchSize?.description).toBe('Examples per optimizer step. Default: 300. Range: 1 to 4096 images.');
    expect(patience?.description).toMatch(/empty \(null\) never stops it\. Default: 5\. Range: 0 to 1000 epochs\.$/);
    expect(HYPERPARAMETERS.filter(({ description }) => !description)).toEqual([]);
  });
});

describe('presets and pipelines', () => {
  it('say what they come to', async () => {
    const answer = await ask<{
      presets: { name: string; recipe: unknown }[];
      pipelines: { name: string; stages: { kind: string; changes: unknown; recipe: unknown }[] }[];
    }>('presets');
    expect(answer.presets.map(({ name }) => name)).toEqual(['STANDARD', 'SEED', 'QUICK', 'BEST']);
    expect(answer.presets[1]).toMatchObject({ recipe: { imageSize: 299, epochs: 4, validation: 'TEST_SPLIT' } });
    expect(answer.pipelines.map(({ name, stages }) => [name, stages.length])).toEqual([
      ['transfer', 1],
      ['seed', 3],
      ['quick', 2],
      ['best', 2],
    ]);
    const [, , quick, best] = answer.pipelines;
    expect(quick!.stages[1]).toMatchObject({
      changes: { fineTuneFrom: 'mixed5', epochs: 3 },
      recipe: { splitLayer: 'mixed5', epochs: 3 },
    });
    const [head, tuned] = best!.stages;
    expect(head).toMatchObject({ kind: 'TRANSFER', changes: {}, recipe: { splitLayer: 'avg_pool', epochs: 4 } });
    expect(tuned).toMatchObject({
      kind: 'FINE_TUNE',
      changes: { fineTuneFrom: 'mixed2', epochs: 10, mirror: true },
      recipe: { splitLayer: 'mixed2', epochs: 10, learningRate: 1e-3, schedule: 'COSINE' },
    });
  });
});
