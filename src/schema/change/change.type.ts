import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { ChangeKind, type ChangeNotice } from '../../domain/change/change-notice.js';

registerEnumType(ChangeKind, {
  name: 'ChangeKind',
  description: 'Kind of a changed object.',
  valuesConfig: {
    DATASET: { description: 'A dataset, or one of its versions.' },
    MODEL: { description: 'A model, one of its versions or aliases.' },
    PREDICTION: { description: 'A batch prediction.' },
    RUN: { description: 'A run or a sweep.' },
  },
});

@ObjectType('Change', {
  description: 'A notice that an object was created, changed or deleted. Query the object for its present state.',
})
export class ChangeNoticeType implements ChangeNotice {
  @Field(() => ChangeKind, { description: 'Kind of the object that changed.' })
  kind!: ChangeKind;

  @Field(() => ID, {
    description:
      'Id of a run or of a prediction job; name of a dataset or a model. Empty when any object of the kind may have changed.',
  })
  id!: string;
}
