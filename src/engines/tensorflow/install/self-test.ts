import { ANY, GraphBuilder } from '../graph.js';
import { loadTensorFlow } from '../load.js';
import { GraphSession } from '../session.js';

/** Computes a convolution of ones and its gradient with the installation in a folder. @returns version and device. */
export async function testTensorFlow(folder: string) {
  const { library, info } = loadTensorFlow({ threads: 1, cpuOnly: false }, folder);
  const graph = new GraphBuilder();
  const shape = [ANY, 3, 3, 2];
  const x = graph.placeholder('float32', shape);
  const kernel = graph.constant(new Float32Array(3 * 3 * 2 * 4).fill(1), [3, 3, 2, 4]);
  const window = { strides: [1, 1, 1, 1], padding: 'VALID' };
  const y = graph.floats('Relu', [graph.floats('Conv2D', [x, kernel], window)]);
  const dy = graph.floats('ReluGrad', [graph.constant(new Float32Array(4).fill(1), [1, 1, 1, 4]), y]);
  const dx = graph.floats('Conv2DBackpropInput', [graph.ints(1, 3, 3, 2), kernel, dy], window);
  const outputs = [y, dx].map((value, i) => [`${i}`, { value, type: 'float32', shape: [] }] as const);
  graph.signature('test', {
    inputs: new Map([['x', { value: x, type: 'float32', shape }]]),
    outputs: new Map(outputs),
  });
  const session = await GraphSession.open(library, graph);
  // Each of the 4 filters covers each of the 18 input values once.
  const results = Object.values(session.call('test', { x: new Float32Array(18).fill(1) }));
  session.dispose();
  const sums = results.map((values) => Array.from(values).reduce((sum, value) => sum + value, 0));
  if (sums.some((sum) => sum !== 72))
    throw new Error(`a convolution and its gradient sum to ${sums.join(' and ')}, not to 72`);
  return { version: info.version, device: info.device };
}
