import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, ObjectType } from 'type-graphql';
import type { Backbone, BuiltInBackbone } from '../../domain/backbone/backbone.js';
import type { Role } from '../../domain/role.js';

@ObjectType('Backbone', { description: 'A network without its top, with one set of pretrained weights.' })
export class BackboneType implements Backbone {
  @Field(() => ID, { description: 'Id of the backbone.' })
  id!: string;

  @Field(() => String, { description: 'Name, as runs give it.' })
  name!: string;

  @Field(() => String, { description: 'SHA-256 of the weights as stored.' })
  sha256!: string;

  @Field(() => String, { description: 'Name of its architecture.' })
  architecture!: string;

  @Field(() => String, { description: 'Origin of the weights: a URL or a path, and what was left out of the file.' })
  source!: string;

  @Field(() => String, { description: 'License of the weights, and of the data they were trained on.' })
  licence!: string;

  @Field(() => String, { description: 'Formula applied to pixels before the first layer.' })
  preprocessing!: string;

  @Field(() => String, { description: 'Data that the weights were trained on.' })
  trainedOn!: string;

  @Field(() => String, { description: 'Published or measured accuracy.' })
  figures!: string;

  createdBy!: string | null;
  createdById!: string | null;
  createdByRole!: Role | null;

  @Field(() => GraphQLDateTime, { description: 'Time at which the hub stored it.' })
  createdAt!: Date;
}

@ObjectType('BuiltInBackbone', { description: 'A backbone that the hub can add by itself.' })
export class BuiltInBackboneType implements BuiltInBackbone {
  @Field(() => String, { description: 'Name, as runs give it.' })
  name!: string;

  @Field(() => String, { description: 'Origin of the weights: a URL or a path.' })
  source!: string;

  @Field(() => String, { description: 'License of the weights, and of the data they were trained on.' })
  licence!: string;

  @Field(() => String, { description: 'Data that the weights were trained on.' })
  trainedOn!: string;

  @Field(() => String, { description: 'Published or measured accuracy.' })
  figures!: string;

  @Field(() => Float, { nullable: true, description: 'Size of its download; null when it is included.' })
  downloadBytes!: number | null;

  @Field(() => String, { nullable: true, description: 'Why it cannot be had, and what to do; null when it can.' })
  problem!: string | null;
}
