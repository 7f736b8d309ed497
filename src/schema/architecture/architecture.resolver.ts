import { Args, ArgsType, Field, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { describeArchitecture } from '../../domain/architecture/architecture.js';
import type { BackboneService } from '../../domain/backbone/backbone-service.js';
import { Checked, text } from '../checked.js';
import { Needs } from '../permission.js';
import { RunType } from '../run/run.type.js';
import { ArchitectureType } from './architecture.type.js';

@ArgsType()
class ArchitectureArgs {
  @Field(() => String, { description: 'Name of a backbone: a built-in one, or one added with `addBackbone`.' })
  @Checked(text(1, 64))
  backbone!: string;
}

@Resolver(() => RunType)
export class ArchitectureResolver {
  constructor(private readonly backbones: BackboneService) {}

  @Query(() => ArchitectureType, { description: 'The network of a backbone, which need not have been added yet.' })
  @Needs('VIEWER')
  async architecture(@Args(() => ArchitectureArgs) { backbone }: ArchitectureArgs): Promise<ArchitectureType> {
    return describeArchitecture(await this.backbones.network(backbone));
  }

  @FieldResolver(() => ArchitectureType, { name: 'architecture', description: 'The network that the run trains.' })
  async ofRun(@Root() { backboneName }: RunType): Promise<ArchitectureType> {
    return describeArchitecture(await this.backbones.network(backboneName));
  }
}
