import { Arg, ID, Query, Resolver } from 'type-graphql';
import { validate as isUuid } from 'uuid';
import type { DatasetService } from '../../domain/dataset/dataset-service.js';
import type { DatasetVersionService } from '../../domain/dataset/dataset-version-service.js';
import type { ModelService } from '../../domain/model/model-service.js';
import type { RunService } from '../../domain/run/run-service.js';
import type { SweepService } from '../../domain/sweep/sweep-service.js';
import { Needs } from '../permission.js';
import { asNode, NodeType } from './node.type.js';

interface NodeServices {
  readonly runs: RunService;
  readonly sweeps: SweepService;
  readonly datasets: DatasetService;
  readonly datasetVersions: DatasetVersionService;
  readonly models: ModelService;
}

/** Finds objects by id, whatever their type. No two have the same id. */
@Resolver()
export class NodeResolver {
  constructor(private readonly services: NodeServices) {}

  @Query(() => NodeType, {
    nullable: true,
    description:
      'A run, sweep, dataset, dataset version, model or model version by its id; null if none of them has it.',
  })
  @Needs('VIEWER')
  async node(
    @Arg('id', () => ID, { description: 'Id of an object of any type that implements `Node`.' }) id: string,
  ): Promise<NodeType | null> {
    const { runs, sweeps, datasets, datasetVersions, models } = this.services;
    if (!isUuid(id)) return null;
    const kinds: readonly [type: string, found: () => Promise<NodeType | null>][] = [
      ['Run', () => runs.find(id)],
      ['Sweep', () => sweeps.find(id)],
      ['DatasetVersion', () => datasetVersions.find(id)],
      ['ModelVersion', () => models.findVersion(id)],
      ['Dataset', () => datasets.find({ id })],
      ['Model', () => models.find({ id })],
    ];
    for (const [type, find] of kinds) {
      const found = await find();
      if (found) return asNode(type, found);
    }
    return null;
  }
}
