import type { ModelVersion } from '../../domain/model/model.js';
import { BOUNDS } from '../../limits.js';
import type { Counted, VersionStatistics } from '../../serving/statistics.js';
import { PIXEL_RANGE } from './pixels.js';
import { INPUT, INPUT_TYPES } from './request.js';

const PLATFORM = 'onnxruntime_onnx';
/** FP32 has the range of UINT8, and is rounded; BYTES are encoded photos. */
const DATATYPES = INPUT_TYPES.join(', ');

/** Metadata of a model: names, types and shapes of its tensors. */
export function describeModel({ model, labels, inputSize }: ModelVersion, versions: readonly number[]) {
  return {
    name: model,
    versions: versions.map(String),
    platform: PLATFORM,
    inputs: [
      {
        name: INPUT,
        datatype: 'UINT8',
        shape: [-1, inputSize, inputSize, 3],
        parameters: { layout: 'NHWC', colours: 'RGB', ...PIXEL_RANGE, datatypes: DATATYPES },
      },
    ],
    outputs: [
      {
        name: 'probabilities',
        datatype: 'FP32',
        shape: [-1, labels.length],
        parameters: { labels: labels.join('\n') },
      },
      { name: 'label', datatype: 'BYTES', shape: [-1] },
    ],
  };
}

/** What a client needs to know to prepare a photo, as texts: metadata over gRPC has no place for it at the tensor. */
export function propertiesOf({ labels }: ModelVersion): Record<string, string> {
  return {
    layout: 'NHWC',
    color_order: 'RGB',
    pixel_minimum: String(PIXEL_RANGE.minimum),
    pixel_maximum: String(PIXEL_RANGE.maximum),
    datatypes: DATATYPES,
    labels: labels.join('\n'),
  };
}

/**
 * Configuration of a model, as Triton's extension "Model Configuration" defines it. Shapes are those of one photo.
 * Source: https://github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto.
 */
export function configOf(version: ModelVersion) {
  const { model, labels, inputSize, number } = version;
  const parameters = Object.entries(propertiesOf(version)).map(([key, text]) => [key, { string_value: text }]);
  return {
    name: model,
    platform: PLATFORM,
    backend: 'onnxruntime',
    version_policy: { specific: { versions: [number] } },
    max_batch_size: BOUNDS.batch.value,
    input: [
      { name: INPUT, data_type: 'TYPE_UINT8', format: 'FORMAT_NHWC', dims: [inputSize, inputSize, 3], optional: false },
    ],
    output: [
      { name: 'probabilities', data_type: 'TYPE_FP32', dims: [labels.length] },
      { name: 'label', data_type: 'TYPE_STRING', dims: [1], reshape: { shape: [] } },
    ],
    dynamic_batching: {},
    parameters: Object.fromEntries(parameters) as Record<string, { string_value: string }>,
  };
}

/** Statistics of a version, as Triton's extension "Statistics" defines them. @param failed refused requests to its model. */
export function statisticsOf(model: string, number: number, version: VersionStatistics, failed: number) {
  const { lastAnswer, photos, answered, phases, batches } = version;
  const none = durationOf({ count: 0, milliseconds: 0 });
  const instant = ({ count }: Counted) => durationOf({ count, milliseconds: 0 });
  const executions = [...batches.values()].reduce((sum, { count }) => sum + count, 0);
  return {
    name: model,
    version: String(number),
    last_inference: lastAnswer,
    inference_count: photos,
    execution_count: executions,
    inference_stats: {
      success: durationOf(answered),
      fail: durationOf({ count: failed, milliseconds: 0 }),
      queue: durationOf(phases.queue),
      compute_input: durationOf(phases.decode),
      compute_infer: durationOf(phases.predict),
      compute_output: instant(answered),
      cache_hit: none,
      cache_miss: none,
    },
    batch_stats: [...batches].map(([size, counted]) => ({
      batch_size: size,
      compute_input: instant(counted),
      compute_infer: durationOf(counted),
      compute_output: instant(counted),
    })),
  };
}

/** A count, and the time of all in nanoseconds. */
function durationOf({ count, milliseconds }: Counted): { count: number; ns: number } {
  return { count, ns: Math.round(milliseconds * 1e6) };
}
