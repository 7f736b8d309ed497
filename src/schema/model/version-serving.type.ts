import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';
import { Precision, PrecisionChoice, QuantizationState, type VersionServing } from '../../domain/model/precision.js';

registerEnumType(Precision, {
  name: 'Precision',
  description: 'Numeric precision of a network.',
  valuesConfig: {
    FP32: { description: 'With 32-bit floats, as it was trained.' },
    INT8: { description: 'With 8-bit weights and activations.' },
  },
});

registerEnumType(PrecisionChoice, {
  name: 'PrecisionChoice',
  description: 'The requested form of a version.',
  valuesConfig: {
    AUTO: { description: 'The measured accuracy and speed decide.' },
    FP32: { description: '32-bit floats.' },
    INT8: { description: '8-bit weights and activations; refused where it loses more accuracy than the margin.' },
  },
});

registerEnumType(QuantizationState, {
  name: 'QuantizationState',
  description: 'State of the 8-bit form of a version.',
  valuesConfig: {
    PENDING: { description: 'It is waiting to be made and measured.' },
    READY: { description: 'It has been made and measured.' },
    FAILED: { description: 'It could not be made.' },
  },
});

@ObjectType('VersionServing', {
  description: 'The form in which a model version serves, and the figures of both forms.',
})
export class VersionServingType implements Omit<VersionServing, 'quantizedBlob'> {
  @Field(() => QuantizationState)
  state!: QuantizationState;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'Time at which the version was ready: its forms measured, its calibration fitted, its form decided. Null before. From then on the form changes only when someone chooses another.',
  })
  readyAt!: Date | null;

  @Field(() => Boolean, {
    description: 'Whether its calibration is applied to its answers. Decided together with the form.',
  })
  calibrated!: boolean;

  @Field(() => Precision, { description: 'The form that serves.' })
  precision!: Precision;

  @Field(() => String, { description: 'Reason why that form serves.' })
  reason!: string;

  @Field(() => Float, { description: 'Test accuracy of the FP32 form, 0 to 1.' })
  fp32Accuracy!: number;

  @Field(() => Float, { nullable: true, description: 'Test accuracy of the INT8 form, on the same images.' })
  int8Accuracy!: number | null;

  @Field(() => Float, { nullable: true, description: 'Median time of one image with FP32, without decoding.' })
  fp32Milliseconds!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Median time of one image with INT8, measured alternately with FP32.',
  })
  int8Milliseconds!: number | null;

  @Field(() => String, { nullable: true, description: 'The processor on which the times were measured.' })
  measuredOn!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true })
  measuredAt!: Date | null;

  @Field(() => PrecisionChoice, { description: 'The requested form; AUTO by default.' })
  choice!: PrecisionChoice;

  @Field(() => String, { nullable: true, description: 'Name of the token that chose last.' })
  chosenBy!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true })
  chosenAt!: Date | null;
}
