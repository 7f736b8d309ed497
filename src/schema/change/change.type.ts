import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { ChangeKind, type ChangeNotice } from '../../domain/change/change-notice.js';

registerEnumType(ChangeKind, { name: 'ChangeKind', description: 'The kind of thing that changed.' });

@ObjectType('Change', {
  description: 'Something is new, different or gone. Query it to learn its present state.',
})
export class ChangeNoticeType implements ChangeNotice {
  @Field(() => ChangeKind)
  kind!: ChangeKind;

  @Field(() => ID, { description: 'Id of a run, name of a dataset or of a model.' })
  id!: string;
}
