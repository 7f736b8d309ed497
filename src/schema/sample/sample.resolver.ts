import { Query, Resolver } from 'type-graphql';
import type { SampleService } from '../../domain/sample/sample-service.js';
import { Needs } from '../permission.js';
import { Samples } from './sample.type.js';

@Resolver()
export class SampleResolver {
  constructor(private readonly samples: SampleService) {}

  @Query(() => Samples, { name: 'samples' })
  @Needs('VIEWER')
  async all(): Promise<Samples> {
    return this.samples.read();
  }
}
