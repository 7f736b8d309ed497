import { GraphQLBigInt } from 'graphql-scalars';
import { Field, ObjectType, registerEnumType } from 'type-graphql';

export enum ExportFormat {
  ONNX = 'onnx',
  ONNX_INT8 = 'onnx-int8',
  SAFETENSORS = 'safetensors',
  KERAS = 'keras',
}
registerEnumType(ExportFormat, {
  name: 'ExportFormat',
  description: 'A format of others. docs/formats.md says what each holds.',
  valuesConfig: {
    ONNX_INT8: { description: 'The form with 8-bit weights and activations, where the version has one.' },
    KERAS: { description: 'HDF5, which `keras.models.load_model` loads.' },
  },
});

@ObjectType('ModelExport', { description: 'A format in which a model version can be had.' })
export class ModelExportType {
  @Field(() => ExportFormat)
  format!: ExportFormat;

  @Field(() => String, { description: 'Path of this hub at which it is made and sent; it needs a token.' })
  link!: string;

  @Field(() => GraphQLBigInt, { description: 'About how large it is, by its weights.' })
  bytes!: number;
}
