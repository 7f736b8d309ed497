import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';

export enum Precision {
  FP32 = 'FP32',
  INT8 = 'INT8',
}
registerEnumType(Precision, {
  name: 'Precision',
  description: 'How a network computes: with 32-bit floats as it was trained, or with 8-bit weights and activations.',
});

export enum PrecisionChoice {
  AUTO = 'AUTO',
  FP32 = 'FP32',
  INT8 = 'INT8',
}
registerEnumType(PrecisionChoice, {
  name: 'PrecisionChoice',
  description: 'AUTO lets the figures decide. INT8 is refused where it costs more accuracy than the margin.',
});

export enum QuantizationState {
  PENDING = 'PENDING',
  READY = 'READY',
  FAILED = 'FAILED',
}
registerEnumType(QuantizationState, {
  name: 'QuantizationState',
  description: 'Of the form with 8 bits: PENDING until it has been made and measured; FAILED where there is none.',
});

@ObjectType('VersionServing', { description: 'In which form a model version serves, and the figures of both.' })
export class VersionServingType {
  @Field(() => QuantizationState)
  state!: QuantizationState;

  @Field(() => Precision, { description: 'The form that serves.' })
  precision!: Precision;

  @Field(() => String, { description: 'Why it is that one.' })
  reason!: string;

  @Field(() => Float, { description: 'Of the floats, on the test split.' })
  fp32Accuracy!: number;

  @Field(() => Float, { nullable: true, description: 'Of the form with 8 bits, on the same images.' })
  int8Accuracy?: number | null;

  @Field(() => Float, { nullable: true, description: 'What one picture takes with floats: median, without decoding.' })
  fp32Milliseconds?: number | null;

  @Field(() => Float, { nullable: true, description: 'What it takes with 8 bits, measured in turn with the floats.' })
  int8Milliseconds?: number | null;

  @Field(() => String, { nullable: true, description: 'The processor on which that was measured.' })
  measuredOn?: string | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  measuredAt?: Date | null;

  @Field(() => PrecisionChoice, { description: 'What a person chose.' })
  choice!: PrecisionChoice;

  @Field(() => String, { nullable: true, description: 'Name of the token that chose last.' })
  chosenBy?: string | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  chosenAt?: Date | null;
}
