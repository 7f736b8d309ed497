import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { RunMetric, type RunPage, RunSortKey, SortDirection } from '../../domain/run/run-list.js';
import { RunType } from './run.type.js';

registerEnumType(RunMetric, {
  name: 'RunMetric',
  description: 'A number of a run, by the name that the run has it under.',
});

registerEnumType(RunSortKey, { name: 'RunSortKey', description: 'When a run was made, or one of its metrics.' });

registerEnumType(SortDirection, { name: 'SortDirection' });

@ObjectType('RunPage', { description: 'A page of runs.' })
export class RunPageType implements RunPage {
  @Field(() => [RunType])
  runs!: readonly RunType[];

  @Field(() => ID, { nullable: true, description: 'Give it as `after` to get the next page; null on the last.' })
  next!: string | null;
}
