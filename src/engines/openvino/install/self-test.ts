import { GraphBuilder } from '../../onnx/graph.js';
import { RESULT } from '../../onnx/outputs.js';
import { findOpenVino } from '../find-openvino.js';
import { loadOpenVino } from '../library.js';
import { OpenVinoNetwork } from '../openvino-network.js';

/** Side of the images, and filters of the convolution. */
const [SIDE, FILTERS] = [5, 4];

/** Computes a convolution of ones with the installation in a folder. @returns version, and what the processor computes fast. */
export async function testOpenVino(folder: string) {
  const openVino = loadOpenVino(findOpenVino(folder));
  const options = { threads: 1, streams: 1, bf16: false };
  const compiled = OpenVinoNetwork.compile(openVino, convolutionOfOnes(), options);
  const network = compiled.open({ input: SIDE, image: SIDE });
  const sums = await network.run(new Uint8Array(2 * SIDE * SIDE * 3).fill(1), 2);
  await network.dispose();
  // Each value of the result covers 3 x 3 places of 3 channels.
  const isRight = sums.length === 2 * FILTERS * (SIDE - 2) ** 2 && sums.every((sum) => sum === 27);
  if (!isRight) throw new Error(`a convolution of ones gives ${sums.slice(0, 3).join(', ')}, ..., not 27 everywhere`);
  return { version: openVino.version, capabilities: openVino.capabilities };
}

function convolutionOfOnes(): Uint8Array {
  const graph = new GraphBuilder();
  const pixels = graph.node('Cast', [graph.input('pixels', 'uint8', ['n', SIDE, SIDE, 3])], { to: 1 });
  const kernel = graph.constant(new Float32Array(FILTERS * 27).fill(1), [FILTERS, 3, 3, 3]);
  const image = graph.node('Transpose', [pixels], { perm: [0, 3, 1, 2] });
  const rows = graph.node('Flatten', [graph.node('Conv', [image, kernel])]);
  graph.output(rows, RESULT, 'float32', ['n', FILTERS * (SIDE - 2) ** 2]);
  return graph.encode();
}
