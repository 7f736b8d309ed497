import { FieldResolver, Resolver, Root } from 'type-graphql';
import type { RunLoaders } from '../../domain/run/run-loaders.js';
import { RunType } from '../run/run.type.js';
import { ModelVersionType } from './model.type.js';

/** Fields of a model version that are read only when they are asked for. */
@Resolver(() => ModelVersionType)
export class ModelFields {
  constructor(private readonly runs: RunLoaders) {}

  @FieldResolver(() => [RunType], {
    description: 'The runs that led to it, each going on from the one before; the last one made it.',
  })
  async lineage(@Root() { runId }: ModelVersionType): Promise<RunType[]> {
    return runId ? this.runs.chain.load(runId) : [];
  }
}
