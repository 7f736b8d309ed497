import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { reference } from './reference.js';

/** A model that test/reference/keras_heads.py made with Keras, and Keras's answers about its pictures. */
export interface KerasHead {
  readonly name: string;
  /** Where its file ends in keras_heads.br. */
  readonly end: number;
  readonly input: number;
  readonly image: number;
  readonly probabilities: readonly (readonly number[])[];
}

export const { cases: KERAS_HEADS } = reference<{ cases: readonly KerasHead[] }>('keras_heads.json');

let files: Buffer | undefined;

/** The file of a model, as Keras saved it. */
export function kerasHead(name: string): Buffer {
  files ??= brotliDecompressSync(readFileSync(join(import.meta.dirname, '..', 'reference', 'keras_heads.br')));
  const index = KERAS_HEADS.findIndex((one) => one.name === name);
  return files.subarray(KERAS_HEADS[index - 1]?.end ?? 0, KERAS_HEADS[index]!.end);
}
