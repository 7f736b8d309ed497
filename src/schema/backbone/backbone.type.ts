import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import type { Backbone } from '../../domain/backbone/backbone.js';

@ObjectType('Backbone', { description: 'InceptionV3 without its top, with one set of pretrained weights.' })
export class BackboneType implements Backbone {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'SHA-256 of the weights as stored.' })
  sha256!: string;

  @Field(() => String)
  architecture!: string;

  @Field(() => String, { description: 'Origin of the weights: a URL or a path.' })
  source!: string;

  @Field(() => String)
  licence!: string;

  @Field(() => String, { description: 'Formula applied to pixels before the first layer.' })
  preprocessing!: string;

  @Field(() => String, { description: 'Data that the weights were trained on.' })
  trainedOn!: string;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;
}
