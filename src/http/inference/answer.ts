import type { Answer, Answered } from '../../serving/answer.js';
import { precisionOf } from '../../serving/served-version.js';
import type { InferenceRequest, WantedOutput } from './request.js';

/** An answer on the wire: JSON, then the bytes of the outputs in binary form. */
export interface InferenceAnswer {
  readonly json: string;
  readonly binary: readonly Buffer[];
}

interface Output {
  readonly datatype: 'FP32' | 'BYTES';
  readonly shape: readonly number[];
  readonly values: Float32Array | readonly string[];
}

export function writeAnswer({ photos: { id, outputs }, answers }: Answered<InferenceRequest>): InferenceAnswer {
  const [{ version }] = answers;
  const binary: Buffer[] = [];
  const written = outputs.map((wanted) => {
    const { datatype, shape, values } = outputOf(wanted, answers, version.labels);
    const described = { name: wanted.name, datatype, shape };
    if (!wanted.binary) return { ...described, data: [...values] };
    const bytes = bytesOf(values);
    binary.push(bytes);
    return { ...described, parameters: { binary_data_size: bytes.length } };
  });
  const named = {
    model_name: version.model,
    model_version: String(version.number),
    ...(id === undefined ? {} : { id }),
    parameters: { precision: precisionOf(version), ...keptAs(answers) },
  };
  return { json: JSON.stringify({ ...named, outputs: written }), binary };
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
): Output {
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
function bytesOf(values: Float32Array | readonly string[]): Buffer {
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
