import { graphql } from '../../graphql';
import { LINEAGE_RUN } from '../lineage/stops';

// Apart from the component, whose file is loaded after the query is sent.

export const EXPORT_NAMES = {
  ONNX: 'ONNX',
  ONNX_INT8: '8-bit ONNX',
  SAFETENSORS: 'safetensors',
  KERAS: 'Keras .h5',
} as const;

export const LINEAGE = graphql(
  `
  fragment Lineage_version on ModelVersion {
    model number aliases testAccuracy
    backbone { id name }
    datasetVersion { id dataset number imageCount derivation { parents { id dataset number } } }
    origin { fileName }
    exports { format }
    lineage { ...LineageRun }
  }
`,
  [LINEAGE_RUN],
);
