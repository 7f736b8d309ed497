import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { ProcessInfo, ServingReport, WorkReport } from '../../cluster/processes.js';

@ObjectType('ProcessServing', { description: 'What a process serves under an alias, or fails to serve.' })
export class ProcessServingType implements Omit<ServingReport, 'form'> {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => String, { description: 'Name of the alias.' })
  alias!: string;

  @Field(() => Int, { nullable: true, description: 'Number of the version that answers; null when none does.' })
  version!: number | null;

  @Field(() => String, { nullable: true, description: 'FP32, BF16 or INT8; null when no version answers.' })
  precision!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'ONNX_RUNTIME or OPENVINO; null when no version answers, and for processes of an earlier release.',
  })
  runtime!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why the version that the alias points to does not serve here; null when it does.',
  })
  error!: string | null;
}

@ObjectType('ProcessWork', { description: 'A job that a process is running.' })
class ProcessWorkType implements WorkReport {
  @Field(() => String, { description: 'Kind of the job, such as "train".' })
  kind!: string;

  @Field(() => ID, { description: 'Id of what the job is for: of a run for "train".' })
  id!: string;
}

@ObjectType('HubProcess', {
  description:
    'A process of this hub. Several share the work when the hub runs on PostgreSQL and a bucket or shared folder.',
})
export class ProcessType implements Omit<ProcessInfo, 'serving' | 'computer'> {
  @Field(() => ID, { description: 'Id of the process, new at every start.' })
  id!: string;

  @Field(() => String, { description: 'Host name and process id.' })
  name!: string;

  @Field(() => [String], { description: 'What it does: "api", "serve", "train".' })
  roles!: readonly string[];

  @Field(() => String, { description: 'Version of the hub that it runs.' })
  version!: string;

  @Field(() => String, { description: 'Where it listens.' })
  address!: string;

  @Field(() => GraphQLDateTime, { description: 'Time of its start.' })
  startedAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'Its last sign of life; it gives one every 4 seconds.' })
  seenAt!: Date;

  @Field(() => Boolean, { description: 'Whether it gave a sign of life within the last 15 seconds.' })
  isLive!: boolean;

  @Field(() => Boolean, { description: 'Whether it has loaded what it serves, as /ready says.' })
  isReady!: boolean;

  @Field(() => [ProcessServingType], { description: 'What it serves, by alias.' })
  serving!: readonly ProcessServingType[];

  @Field(() => [ProcessWorkType], { description: 'Background jobs that it is running.' })
  working!: readonly WorkReport[];
}
