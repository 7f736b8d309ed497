import { GraphQLBigInt } from 'graphql-scalars';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { ModelExport } from '../../domain/model/model-export.js';
import { ExportFormat } from '../../training/export-formats.js';

registerEnumType(ExportFormat, {
  name: 'ExportFormat',
  description: 'A file format of a model version; docs/formats.md describes each of them.',
  valuesConfig: {
    ONNX: { description: 'ONNX with 32-bit floats.' },
    ONNX_INT8: { description: 'ONNX with 8-bit weights and activations, if the version has that form.' },
    SAFETENSORS: { description: 'Weights by layer name; a hub can import it.' },
    KERAS: { description: 'HDF5, which `keras.models.load_model` loads.' },
  },
});

@ObjectType('ModelExport', { description: 'A file format in which a model version can be downloaded.' })
export class ModelExportType implements ModelExport {
  @Field(() => ExportFormat, { description: 'Format of the file.' })
  format!: ExportFormat;

  @Field(() => String, { description: 'Path of the download on this hub, which needs a token.' })
  link!: string;

  @Field(() => GraphQLBigInt, { description: 'Approximate size, computed from the number of weights.' })
  bytes!: number;
}
