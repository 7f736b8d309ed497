import { type Features, type FeatureType, newFeatures } from '../engines/engine.js';
import { type FeatureSource, rowsAtOnce } from './features.js';

/** Most bytes of features to keep in memory. */
const MEMORY_BYTES = 1024 ** 3;

/** Reads the features of some rows into memory; returns the source itself when they exceed the limit. */
export async function inMemory(source: FeatureSource, rows: Int32Array, type: FeatureType): Promise<FeatureSource> {
  const { rowLength } = source;
  const kept = newFeatures(type, 0);
  if (rows.length * rowLength * kept.BYTES_PER_ELEMENT > MEMORY_BYTES) return source;
  const all = newFeatures(type, rows.length * rowLength);
  const places = new Map<number, number>();
  for (const [place, row] of rows.entries()) places.set(row, place);
  for (let from = 0; from < rows.length; from += rowsAtOnce(source)) {
    all.set(await source.read(rows.subarray(from, from + rowsAtOnce(source))), from * rowLength);
  }
  return {
    rowLength,
    async read(asked): Promise<Features> {
      const read = newFeatures(type, asked.length * rowLength);
      for (const [i, row] of asked.entries()) {
        const from = (places.get(row) as number) * rowLength;
        read.set(all.subarray(from, from + rowLength), i * rowLength);
      }
      return read;
    },
    close: () => source.close(),
  };
}
