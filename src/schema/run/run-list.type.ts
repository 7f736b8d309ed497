import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { RunGroup } from '../../domain/run/run-groups.js';
import { RunGrouping, RunMetric, RunSortKey, SortDirection } from '../../domain/run/run-list.js';
import { TableFormat, type TablePart } from '../../domain/run/run-table.js';
import { connectionTo, OLD_PAGE } from '../connection.js';
import { REMOVED_NEXT, RunType } from './run.type.js';

/** The figures of a run. The best of all epochs say nothing about the kept weights. */
const METRICS = {
  BEST_VALIDATION_ACCURACY: {
    description: 'Highest validation accuracy of an epoch.',
    deprecationReason: `Use VALIDATION_ACCURACY. ${REMOVED_NEXT}`,
  },
  BEST_VALIDATION_LOSS: {
    description: 'Lowest validation loss of an epoch, in nats.',
    deprecationReason: `Use VALIDATION_LOSS. ${REMOVED_NEXT}`,
  },
  EPOCH_SECONDS: { description: 'Mean duration of an epoch, in seconds.' },
  TEST_ACCURACY: { description: 'Accuracy on the test images.' },
  TEST_LOSS: { description: 'Loss on the test images, in nats.' },
  VALIDATION_ACCURACY: { description: 'Validation accuracy of the kept epoch.' },
  VALIDATION_LOSS: { description: 'Validation loss of the kept epoch, in nats.' },
};

registerEnumType(RunMetric, {
  name: 'RunMetric',
  description: 'A number of a run, named after its field.',
  valuesConfig: METRICS,
});

registerEnumType(RunSortKey, {
  name: 'RunSortKey',
  description: 'Creation time or a metric of a run.',
  valuesConfig: { ...METRICS, CREATED_AT: { description: 'Time at which the run was queued.' } },
});

registerEnumType(SortDirection, {
  name: 'SortDirection',
  description: 'Direction of a sort.',
  valuesConfig: {
    ASCENDING: { description: 'Smallest, or oldest, first.' },
    DESCENDING: { description: 'Largest, or newest, first.' },
  },
});

@ObjectType('RunConnection', { description: 'A page of runs.' })
export class RunConnectionType extends connectionTo('Run', () => RunType) {
  @Field(() => [RunType], OLD_PAGE.items)
  get runs(): readonly RunType[] {
    return this.nodes;
  }

  @Field(() => ID, { nullable: true, ...OLD_PAGE.next })
  get next(): string | null {
    return this.nextCursor;
  }
}

registerEnumType(RunGrouping, {
  name: 'RunGrouping',
  description:
    'What runs are grouped by: their pipeline, the sweep whose best trial they repeat, or their dataset version.',
  valuesConfig: {
    DATASET: { description: 'Runs on the same dataset version.' },
    PIPELINE: { description: 'Runs of the same pipeline.' },
    SWEEP: { description: 'The run of the same sweep.' },
  },
});

registerEnumType(TableFormat, {
  name: 'TableFormat',
  description: 'Form of a table.',
  valuesConfig: {
    CSV: {
      description:
        'As in RFC 4180. A text that begins as a formula does has an apostrophe before it, so that no spreadsheet computes it.',
    },
    JSON: { description: 'One object a line.' },
  },
});

@ObjectType('RunGroup', { description: 'Runs that belong together.' })
class RunGroupType implements RunGroup {
  @Field(() => ID, {
    nullable: true,
    description:
      'Id of the pipeline, sweep or dataset version; null for the runs that belong to none, which `without` selects.',
  })
  id!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the pipeline or its runs, of the sweep, or of the dataset with the number of its version.',
  })
  label!: string | null;

  @Field(() => String, { nullable: true, description: 'Name of the dataset, in groups by dataset.' })
  dataset!: string | null;

  @Field(() => Int, { nullable: true, description: 'Number of the dataset version, in groups by dataset.' })
  datasetVersion!: number | null;

  @Field(() => Int, { description: 'Number of runs.' })
  count!: number;

  @Field(() => Float, { nullable: true, description: 'Highest of its runs.' })
  validationAccuracy!: number | null;

  @Field(() => Float, { nullable: true, description: 'Highest of its runs.' })
  testAccuracy!: number | null;

  @Field(() => GraphQLDateTime, { description: 'When its newest run was created.' })
  newestAt!: Date;
}

@ObjectType('RunGroupConnection', { description: 'A page of groups of runs, the one with the newest run first.' })
export class RunGroupConnectionType extends connectionTo('RunGroup', () => RunGroupType) {}

@ObjectType('RunTablePart', {
  description:
    'A part of a table of runs, with their metrics and hyperparameters. Parts that follow each other can be joined.',
})
export class RunTablePartType implements TablePart {
  @Field(() => String, { description: 'CSV with a head in the first part, or one JSON object a line.' })
  text!: string;

  @Field(() => ID, { nullable: true, description: '`after` of the next part; null in the last.' })
  next!: string | null;
}
