import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { RunMetric, type RunPage, RunSortKey, SortDirection } from '../../domain/run/run-list.js';
import { REMOVED_NEXT, RunType } from './run.type.js';

/** Metrics of all epochs, which say nothing about the kept weights. */
const DEPRECATED = {
  BEST_VALIDATION_ACCURACY: { deprecationReason: `Use VALIDATION_ACCURACY. ${REMOVED_NEXT}` },
  BEST_VALIDATION_LOSS: { deprecationReason: `Use VALIDATION_LOSS. ${REMOVED_NEXT}` },
};

registerEnumType(RunMetric, {
  name: 'RunMetric',
  description: 'A number of a run, named after its field.',
  valuesConfig: DEPRECATED,
});

registerEnumType(RunSortKey, {
  name: 'RunSortKey',
  description: 'Creation time or a metric of a run.',
  valuesConfig: DEPRECATED,
});

registerEnumType(SortDirection, { name: 'SortDirection', description: 'Direction of a sort.' });

@ObjectType('RunPage', { description: 'A page of runs.' })
export class RunPageType implements RunPage {
  @Field(() => [RunType])
  runs!: readonly RunType[];

  @Field(() => ID, { nullable: true, description: 'Cursor for `after` of the next page; null on the last page.' })
  next!: string | null;
}
