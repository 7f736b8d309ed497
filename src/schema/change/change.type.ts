import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';

export enum ChangeKind {
  RUN = 'RUN',
  DATASET = 'DATASET',
  MODEL = 'MODEL',
}
registerEnumType(ChangeKind, { name: 'ChangeKind' });

@ObjectType({ description: 'That something is new, different or gone. Ask for it to learn what it is now.' })
export class Change {
  @Field(() => ChangeKind)
  kind!: `${ChangeKind}`;

  @Field(() => ID, { description: 'Id of a run, name of a dataset or of a model.' })
  id!: string;
}
