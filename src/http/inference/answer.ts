import type { Answer, Answered } from '../../serving/answer.js';
import type { InferenceRequest, WantedOutput } from './request.js';

/** An answer on the wire: JSON, then the bytes of the outputs in binary form. */
export interface InferenceAnswer {
  readonly json: string;
  readonly binary: readonly Buffer[];
}

/** An output tensor. */
export interface Output {
  readonly name: string;
  readonly datatype: 'FP32' | 'BYTES';
  readonly shape: readonly number[];
  readonly values: Float32Array | readonly string[];
  /** Whether it is wanted in the binary form. */
  readonly binary: boolean;
}

/** What every form of an answer has: who answered, and the outputs. */
export function partsOf({ photos: { id, outputs }, answers }: Answered<InferenceRequest>) {
  const [{ version }] = answers;
  return {
    named: {
      model_name: version.model,
      model_version: String(version.number),
      ...(id === undefined ? {} : { id }),
      parameters: { ...version.form, ...keptAs(answers) },
    },
    outputs: outputs.map((wanted): Output => {
      const { name, binary } = wanted;
      return { name, binary, ...outputOf(wanted, answers, version.labels) };
    }),
  };
}

export function writeAnswer(answered: Answered<InferenceRequest>): InferenceAnswer {
  const { named, outputs } = partsOf(answered);
  const pieces: Buffer[] = [];
  const written = outputs.map(({ name, datatype, shape, values, binary }) => {
    const described = { name, datatype, shape };
    if (!binary) return { ...described, data: [...values] };
    const bytes = bytesOf(values);
    pieces.push(bytes);
    return { ...described, parameters: { binary_data_size: bytes.length } };
  });
  return { json: JSON.stringify({ ...named, outputs: written }), binary: pieces };
}

/** The ids of kept answers in the order of the photos; empty between the commas for an answer that is not kept. */
function keptAs(answers: readonly Answer[]): { prediction_ids?: string } {
  const ids = answers.map(({ predictionId }) => predictionId ?? '');
  return ids.some((id) => id !== '') ? { prediction_ids: ids.join(',') } : {};
}

function outputOf(
  { name, classification }: WantedOutput,
  answers: readonly Answer[],
  labels: readonly string[],
): Pick<Output, 'datatype' | 'shape' | 'values'> {
  if (name === 'label') {
    return { datatype: 'BYTES', shape: [answers.length], values: answers.map(({ label }) => label) };
  }
  if (!classification) {
    const values = new Float32Array(answers.length * labels.length);
    for (const [i, { probabilities }] of answers.entries()) values.set(probabilities, i * labels.length);
    return { datatype: 'FP32', shape: [answers.length, labels.length], values };
  }
  const classes = Math.min(classification, labels.length);
  const values = answers.flatMap(({ probabilities }) => {
    const ranked = [...probabilities.keys()].sort(
      (a, b) => (probabilities[b] as number) - (probabilities[a] as number),
    );
    return ranked.slice(0, classes).map((index) => `${probabilities[index]}:${index}:${labels[index]}`);
  });
  return { datatype: 'BYTES', shape: [answers.length, classes], values };
}

/** Raw floats; each text as its length in bytes (4 bytes, little-endian), then UTF-8. */
export function bytesOf(values: Float32Array | readonly string[]): Buffer {
  if (values instanceof Float32Array) return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat(
    values.flatMap((value) => {
      const text = Buffer.from(value, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      return [length, text];
    }),
  );
}
