import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { RunState } from '../../domain/run/run.js';
import { type LogLine, type RunEvent, RunEventKind, RunPhase, type RunProgress } from '../../domain/run/run-event.js';
import type { SystemUse } from '../../training/system-use.js';
import { EpochType } from './run.type.js';

registerEnumType(RunPhase, {
  name: 'RunPhase',
  description: 'Phase of a running run.',
  valuesConfig: {
    BACKBONE: { description: 'Fetching and reading the backbone.' },
    EVALUATION: { description: 'Evaluating on the test images.' },
    FEATURES: { description: "Computing the frozen layers' output for all images." },
    TRAINING: { description: 'Training epochs.' },
  },
});
registerEnumType(RunEventKind, {
  name: 'RunEventKind',
  description: 'Names the field that an event has: state, epoch, message, progress or system.',
  valuesConfig: {
    EPOCH: { description: 'An epoch ended.' },
    LOG: { description: 'A line of the log.' },
    PROGRESS: { description: 'Progress in a phase.' },
    STATE: { description: 'The state changed.' },
    SYSTEM: { description: 'Use of processor and memory.' },
  },
});

@ObjectType('RunProgress', { description: 'Progress of a run in its current phase.' })
export class RunProgressType implements RunProgress {
  @Field(() => RunPhase, { description: 'What the run is doing.' })
  phase!: RunPhase;

  @Field(() => Float, { description: 'Images or bytes finished in this phase.' })
  done!: number;

  @Field(() => Float, { description: 'Images or bytes of this phase.' })
  total!: number;

  @Field(() => Float, { nullable: true, description: 'Estimate for this phase, from its rate so far.' })
  secondsLeft!: number | null;
}

@ObjectType('SystemUse', { description: 'Resources that the training process uses.' })
export class SystemUseType implements SystemUse {
  @Field(() => Float, { description: 'Share of all cores since the last report, 0 to 1.' })
  cpuShare!: number;

  @Field(() => Float, { description: 'Resident memory of the process, in bytes.' })
  memoryBytes!: number;

  @Field(() => Float, { description: 'Free memory of the machine, in bytes.' })
  freeMemoryBytes!: number;
}

@ObjectType('RunEvent', { description: 'One numbered fact about a run.' })
export class RunEventType implements RunEvent {
  @Field(() => ID, { description: 'Id of the run.' })
  runId!: string;

  @Field(() => Int, {
    description: 'Counts from 1. Progress is deleted when later progress in its phase replaces it, which leaves gaps.',
  })
  number!: number;

  @Field(() => RunEventKind, { description: 'Kind of event: which of the other fields is set.' })
  kind!: RunEventKind;

  @Field(() => GraphQLDateTime, { description: 'Time of the event.' })
  at!: Date;

  @Field(() => RunState, { nullable: true, description: 'The state from this event on.' })
  state?: RunState;

  @Field(() => EpochType, { nullable: true, description: 'The epoch that has ended.' })
  epoch?: EpochType;

  @Field(() => String, { nullable: true, description: 'A line of the log.' })
  message?: string;

  @Field(() => RunProgressType, { nullable: true, description: 'Progress in a phase.' })
  progress?: RunProgressType;

  @Field(() => SystemUseType, { nullable: true, description: 'Use of processor and memory.' })
  system?: SystemUseType;
}

@ObjectType('LogLine', { description: 'A line of the log of a run.' })
export class LogLineType implements LogLine {
  @Field(() => Int, {
    description: 'Number of the event. Pass that of the last line as `after` to get the lines after it.',
  })
  number!: number;

  @Field(() => GraphQLDateTime, { description: 'Time of the line.' })
  at!: Date;

  @Field(() => String, { description: 'Text of the line.' })
  message!: string;
}
