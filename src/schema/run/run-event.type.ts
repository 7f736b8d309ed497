import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { RunState } from '../../domain/run/run.js';
import { type LogLine, type RunEvent, RunEventKind, RunPhase, type RunProgress } from '../../domain/run/run-event.js';
import type { SystemUse } from '../../training/system-use.js';
import { EpochType } from './run.type.js';

registerEnumType(RunPhase, { name: 'RunPhase', description: 'What a run is doing.' });
registerEnumType(RunEventKind, {
  name: 'RunEventKind',
  description: 'Says which field of an event is there: state, epoch, message, progress or system.',
});

@ObjectType('RunProgress', { description: 'How far a run is in what it is doing.' })
export class RunProgressType implements RunProgress {
  @Field(() => RunPhase)
  phase!: RunPhase;

  @Field(() => Float, { description: 'Images or bytes done in this phase.' })
  done!: number;

  @Field(() => Float)
  total!: number;

  @Field(() => Float, { nullable: true, description: 'Estimated for this phase from its rate so far.' })
  secondsLeft!: number | null;
}

@ObjectType('SystemUse', { description: 'What the training process takes of its machine.' })
export class SystemUseType implements SystemUse {
  @Field(() => Float, { description: 'Share of all cores since the last report, from 0 to 1.' })
  cpuShare!: number;

  @Field(() => Float, { description: 'Resident memory of the process, in bytes.' })
  memoryBytes!: number;

  @Field(() => Float, { description: 'Memory that is free on the machine, in bytes.' })
  freeMemoryBytes!: number;
}

@ObjectType('RunEvent', { description: 'Something that happened to a run.' })
export class RunEventType implements RunEvent {
  @Field(() => ID)
  runId!: string;

  @Field(() => Int, {
    description: 'From 1, in order. Progress that was overtaken by later progress in its phase is not kept.',
  })
  number!: number;

  @Field(() => RunEventKind)
  kind!: RunEventKind;

  @Field(() => GraphQLDateTimeISO)
  at!: Date;

  @Field(() => RunState, { nullable: true, description: 'The state that the run is in from now on.' })
  state?: RunState;

  @Field(() => EpochType, { nullable: true, description: 'The epoch that has just ended.' })
  epoch?: EpochType;

  @Field(() => String, { nullable: true, description: 'A line of the log.' })
  message?: string;

  @Field(() => RunProgressType, { nullable: true })
  progress?: RunProgressType;

  @Field(() => SystemUseType, { nullable: true })
  system?: SystemUseType;
}

@ObjectType('LogLine', { description: 'A line of the log of a run.' })
export class LogLineType implements LogLine {
  @Field(() => Int, {
    description: 'Number of the event. Give that of the last line as `after` to get those behind it.',
  })
  number!: number;

  @Field(() => GraphQLDateTimeISO)
  at!: Date;

  @Field(() => String)
  message!: string;
}
