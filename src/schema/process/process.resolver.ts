import { FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Processes } from '../../cluster/processes.js';
import type { ModelVersion } from '../../domain/model/model.js';
import type { Replicas } from '../../domain/promotion/replicas.js';
import { ModelVersionType } from '../model/model.type.js';
import { Needs } from '../permission.js';
import { ProcessType } from './process.type.js';

@Resolver()
export class ProcessResolver {
  constructor(private readonly processes: Processes) {}

  @Query(() => [ProcessType], {
    name: 'processes',
    description: 'The processes of this hub, oldest first. One that died stays on the list for a day.',
  })
  @Needs('MAINTAINER')
  async hubProcesses(): Promise<readonly ProcessType[]> {
    return this.processes.list();
  }
}

@Resolver(() => ModelVersionType)
export class ServingProcessFields {
  constructor(private readonly replicas: Replicas) {}

  @FieldResolver(() => [String], {
    description:
      'Names of the live processes that should serve this version under one of its aliases and do not yet, or cannot. Empty when all do.',
  })
  behind(@Root() version: ModelVersion): Promise<string[]> {
    return this.replicas.behind(version);
  }
}
