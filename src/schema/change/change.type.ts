import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { ChangeKind, type ChangeNotice } from '../../domain/change/change-notice.js';

registerEnumType(ChangeKind, { name: 'ChangeKind', description: 'Kind of a changed object.' });

@ObjectType('Change', {
  description: 'A notice that an object was created, changed or deleted. Query the object for its present state.',
})
export class ChangeNoticeType implements ChangeNotice {
  @Field(() => ChangeKind)
  kind!: ChangeKind;

  @Field(() => ID, {
    description: 'Id of a run; name of a dataset or a model. Empty when any object of the kind may have changed.',
  })
  id!: string;
}
