import type { GraphBuilder, Value } from './graph.js';

/** A placeholder for values of 32-bit or 16-bit floats. The addon has no 16-bit floats: their bits go as bytes. */
export function writeInput(
  graph: GraphBuilder,
  type: 'float32' | 'float16',
  shape: readonly number[],
): { readonly floats: string; readonly fed: Value } {
  if (type === 'float32') {
    const value = graph.placeholder('float32', shape);
    return { floats: value, fed: { value, type, shape } };
  }
  const bytes = [...shape, 2];
  const value = graph.placeholder('uint8', bytes);
  const halves = graph.node('Bitcast', [value], { T: { type: 'uint8' }, type: { type: 'float16' } });
  const floats = graph.node('Cast', [halves], { SrcT: { type: 'float16' }, DstT: { type: 'float32' } });
  return { floats, fed: { value, type: 'uint8', shape: bytes } };
}

/** The bits of 16-bit floats, rounded to nearest, ties to even, as int32: the addon gives no smaller integers. */
export function writeHalves(graph: GraphBuilder, floats: string): string {
  const halves = graph.node('Cast', [floats], { SrcT: { type: 'float32' }, DstT: { type: 'float16' } });
  const bits = graph.node('Bitcast', [halves], { T: { type: 'float16' }, type: { type: 'uint16' } });
  return graph.node('Cast', [bits], { SrcT: { type: 'uint16' }, DstT: { type: 'int32' } });
}
