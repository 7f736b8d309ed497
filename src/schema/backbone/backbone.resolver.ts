import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { BackboneService } from '../../domain/backbone/backbone-service.js';
import { type Owner, ownerOf } from '../../domain/owner.js';
import { HubError } from '../../errors.js';
import type { Context } from '../context.js';
import { OWNER, OwnerType } from '../owner.type.js';
import { Needs } from '../permission.js';
import { contentOf } from '../upload-content.js';
import { AddBackboneInput } from './backbone.input.js';
import { BackboneType, BuiltInBackboneType } from './backbone.type.js';

@Resolver(() => BackboneType)
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

  @FieldResolver(() => OwnerType, { nullable: true, description: OWNER })
  owner(@Root() backbone: BackboneType): Owner | null {
    return ownerOf(backbone);
  }

  @Mutation(() => BackboneType, {
    description:
      'Adds a backbone: downloads its weights, or reads them from a file. Returns the existing one if it was added before.',
  })
  @Needs('TRAINER')
  async addBackbone(
    @Arg('input', () => AddBackboneInput, { description: 'Name and file of the backbone.' }) {
      name,
      path,
      upload,
    }: AddBackboneInput,
    @Ctx() { actor }: Context,
  ): Promise<BackboneType> {
    if (path != null && upload != null) throw new HubError('BAD_INPUT', 'Give upload or path, not both.');
    if (path != null) return this.backbones.addFile(name, path, actor);
    if (upload == null) return this.backbones.require(name, undefined, undefined, actor);
    const { filename } = await upload;
    return this.backbones.addUpload(name, contentOf(upload), filename, actor);
  }
}
