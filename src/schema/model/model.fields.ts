import { FieldResolver, Resolver, Root } from 'type-graphql';
import type { ModelVersion } from '../../domain/model/model.js';
import { exportsOf } from '../../domain/model/model-export.js';
import { headText } from '../../domain/model/version-head.js';
import type { RunLoaders } from '../../domain/run/run-loaders.js';
import { RunType } from '../run/run.type.js';
import { ModelExportType } from './export.type.js';
import { ModelVersionType } from './model.type.js';

/** Fields of a model version that are computed only when a query asks for them. */
@Resolver(() => ModelVersionType)
export class ModelFields {
  constructor(private readonly runs: RunLoaders) {}

  @FieldResolver(() => [ModelExportType], { description: 'The file formats in which it can be downloaded.' })
  exports(@Root() version: ModelVersion): ModelExportType[] {
    return exportsOf(version);
  }

  @FieldResolver(() => [String], {
    description: 'The layers after the backbone, in order, such as "dense 500, relu". Dropout only acts in training.',
  })
  head(@Root() version: ModelVersion): string[] {
    return headText(version);
  }

  @FieldResolver(() => [RunType], {
    description:
      'The chain of runs that led to it. Each starts from the weights of the previous one; the last one made the version.',
  })
  async lineage(@Root() { runId }: ModelVersion): Promise<RunType[]> {
    return runId ? this.runs.chain.load(runId) : [];
  }
}
