import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';
import {
  type FormFigures,
  Precision,
  PrecisionChoice,
  QuantizationState,
  Runtime,
  RuntimeChoice,
  type VersionServing,
} from '../../domain/model/precision.js';

registerEnumType(Precision, {
  name: 'Precision',
  description: 'Numeric precision of a network.',
  valuesConfig: {
    FP32: { description: 'With 32-bit floats, as it was trained.' },
    BF16: { description: 'With 16-bit floats of 8 exponent bits (bfloat16), on processors that multiply them.' },
    INT8: { description: 'With 8-bit weights and activations.' },
  },
});

registerEnumType(Runtime, {
  name: 'Runtime',
  description: 'Library that computes a network.',
  valuesConfig: {
    ONNX_RUNTIME: { description: 'ONNX Runtime, which every hub has.' },
    OPENVINO: { description: 'OpenVINO, where `npm run engine:openvino` installed it.' },
  },
});

registerEnumType(RuntimeChoice, {
  name: 'RuntimeChoice',
  description: 'The requested runtime of a version.',
  valuesConfig: {
    AUTO: { description: 'The measured speed decides.' },
    ONNX_RUNTIME: { description: 'ONNX Runtime.' },
    OPENVINO: { description: 'OpenVINO; refused where the version is not measured with it.' },
  },
});

registerEnumType(PrecisionChoice, {
  name: 'PrecisionChoice',
  description: 'The requested precision of a version.',
  valuesConfig: {
    AUTO: { description: 'The measured accuracy and speed decide.' },
    FP32: { description: '32-bit floats.' },
    BF16: {
      description: '16-bit floats (bfloat16); refused like INT8, and where the version is not measured with them.',
    },
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

@ObjectType('ServingForm', { description: 'A form in which a model version can serve, with its figures.' })
class ServingFormType implements FormFigures {
  @Field(() => Precision, { description: 'Precision of the form.' })
  precision!: Precision;

  @Field(() => Runtime, { description: 'Runtime of the form.' })
  runtime!: Runtime;

  @Field(() => Float, { description: 'Test accuracy, 0 to 1. That of 32-bit floats does not depend on the runtime.' })
  accuracy!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Median time of one image without decoding, measured alternately with the other forms.',
  })
  milliseconds!: number | null;
}

@ObjectType('VersionServing', {
  description: 'The form in which a model version serves, and the figures of all forms.',
})
export class VersionServingType implements Omit<VersionServing, 'quantizedBlob'> {
  @Field(() => QuantizationState, { description: 'Progress of building and measuring the 8-bit form.' })
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

  @Field(() => Precision, { description: 'Precision of the form that serves.' })
  precision!: Precision;

  @Field(() => Runtime, {
    description:
      'Runtime of the form that serves. A machine without OpenVINO serves with ONNX Runtime; answers name theirs.',
  })
  runtime!: Runtime;

  @Field(() => String, { description: 'Reason why that form serves.' })
  reason!: string;

  @Field(() => Float, { description: 'Test accuracy of the FP32 form, 0 to 1.' })
  fp32Accuracy!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Test accuracy of the INT8 form with ONNX Runtime, on the same images.',
  })
  int8Accuracy!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Median time of one image with FP32 and ONNX Runtime, without decoding.',
  })
  fp32Milliseconds!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Median time of one image with INT8 and ONNX Runtime, measured alternately with FP32.',
  })
  int8Milliseconds!: number | null;

  @Field(() => [ServingFormType], { description: 'All forms that this machine, or the one that measured, can serve.' })
  forms!: readonly ServingFormType[];

  @Field(() => String, { nullable: true, description: 'The processor on which the times were measured.' })
  measuredOn!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time of the measurements; null before.' })
  measuredAt!: Date | null;

  @Field(() => PrecisionChoice, { description: 'The requested precision; AUTO by default.' })
  choice!: PrecisionChoice;

  @Field(() => RuntimeChoice, { description: 'The requested runtime; AUTO by default.' })
  runtimeChoice!: RuntimeChoice;

  @Field(() => String, { nullable: true, description: 'Name of the token that chose last.' })
  chosenBy!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time of the last choice; null if nobody chose.' })
  chosenAt!: Date | null;
}
