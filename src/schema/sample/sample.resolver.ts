import { Query, Resolver } from 'type-graphql';
import type { SampleService } from '../../domain/sample/sample-service.js';
import { Needs } from '../permission.js';
import { SamplesType } from './sample.type.js';

@Resolver()
export class SampleResolver {
  constructor(private readonly samples: SampleService) {}

  @Query(() => SamplesType, { name: 'samples', description: 'Data and photos that come with the hub.' })
  @Needs('VIEWER')
  async all(): Promise<SamplesType> {
    return this.samples.read();
  }
}
