import { Query, Resolver } from 'type-graphql';
import type { SampleService } from './sample.service.js';
import { Samples } from './sample.type.js';

@Resolver()
export class SampleResolver {
  constructor(private readonly samples: SampleService) {}

  @Query(() => Samples, { name: 'samples' })
  async all(): Promise<Samples> {
    return this.samples.read();
  }
}
