import { matchBackbone } from '../../network/backbone-weights.js';
import { divideAt } from '../../network/cut.js';
import type { FrozenSpec } from '../engine.js';
import { writeLayers } from './forward.js';
import { RESULT } from './outputs.js';
import { startGraph } from './pixel-graph.js';

/**
 * Encodes the frozen part of a network as an ONNX file. Input: `pixels`, uint8 [n, input, input, 3]. Output: `result`, rows of
 * channels for `avg_pool`, of maps with channels last for other layers, as in Keras and in the training graph.
 */
export function frozenModel({ backbone, size, firstTrainedLayer, type }: FrozenSpec): Uint8Array {
  const network = matchBackbone(backbone);
  const { frozen } = divideAt(network.layers, firstTrainedLayer);
  const { graph, values, shapes } = startGraph(size, network, network.layers);
  const value = writeLayers(graph, frozen, backbone, values, shapes).get(firstTrainedLayer) as string;
  const { height, width, channels } = shapes.get(firstTrainedLayer)!;
  const rows =
    firstTrainedLayer === 'avg_pool'
      ? value
      : graph.node('Flatten', [graph.node('Transpose', [value], { perm: [0, 2, 3, 1] })]);
  const typed = type === 'float16' ? graph.node('Cast', [rows], { to: 10 }) : rows;
  graph.output(typed, RESULT, type, ['n', height * width * channels]);
  return graph.encode();
}
