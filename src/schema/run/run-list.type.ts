import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { RunType } from './run.type.js';

/** Numbers of a run by which a list is filtered and sorted; named as the columns. */
export enum RunMetric {
  TEST_ACCURACY = 'testAccuracy',
  TEST_LOSS = 'testLoss',
  BEST_VALIDATION_ACCURACY = 'bestValidationAccuracy',
  BEST_VALIDATION_LOSS = 'bestValidationLoss',
  EPOCH_SECONDS = 'epochSeconds',
}
registerEnumType(RunMetric, {
  name: 'RunMetric',
  description: 'A number of a run, by the name that the run has it under.',
});

export enum RunSortKey {
  CREATED_AT = 'createdAt',
  TEST_ACCURACY = 'testAccuracy',
  TEST_LOSS = 'testLoss',
  BEST_VALIDATION_ACCURACY = 'bestValidationAccuracy',
  BEST_VALIDATION_LOSS = 'bestValidationLoss',
  EPOCH_SECONDS = 'epochSeconds',
}
registerEnumType(RunSortKey, { name: 'RunSortKey', description: 'When a run was made, or one of its metrics.' });

export enum SortDirection {
  ASCENDING = 'asc',
  DESCENDING = 'desc',
}
registerEnumType(SortDirection, { name: 'SortDirection' });

@ObjectType({ description: 'A page of runs.' })
export class RunPage {
  @Field(() => [RunType])
  runs!: RunType[];

  @Field(() => ID, { nullable: true, description: 'Give it as `after` to get the next page; null on the last.' })
  next!: string | null;
}
