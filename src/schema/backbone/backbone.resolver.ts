import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { BackboneService } from '../../domain/backbone/backbone-service.js';
import { HubError } from '../../errors.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { contentOf } from '../upload-content.js';
import { AddBackboneInput } from './backbone.input.js';
import { BackboneType, BuiltInBackboneType } from './backbone.type.js';

@Resolver()
export class BackboneResolver {
  constructor(private readonly backbones: BackboneService) {}

  @Query(() => [BackboneType], { name: 'backbones', description: 'The backbones that are ready to use.' })
  @Needs('VIEWER')
  async allBackbones(): Promise<BackboneType[]> {
    return this.backbones.list();
  }

  @Query(() => [BuiltInBackboneType], {
    description:
      'The backbones that the hub can add by itself, the most accurate first. Asks the server of the ImageNet weights whether it answers, at most once a minute.',
  })
  @Needs('VIEWER')
  async builtInBackbones(): Promise<BuiltInBackboneType[]> {
    return this.backbones.builtIn();
  }

  @Mutation(() => BackboneType, {
    description:
      'Adds a backbone: downloads its weights, or reads them from a file. Returns the existing one if it was added before.',
  })
  @Needs('TRAINER')
  async addBackbone(
    @Arg('input', () => AddBackboneInput) { name, path, upload }: AddBackboneInput,
    @Ctx() { caller }: Context,
  ): Promise<BackboneType> {
    if (path != null && upload != null) throw new HubError('BAD_INPUT', 'Give upload or path, not both.');
    if (path != null) return this.backbones.addFile(name, path);
    if (upload == null) return this.backbones.require(name);
    const { filename } = await upload;
    return this.backbones.addUpload(name, contentOf(upload), filename, caller.name);
  }
}
