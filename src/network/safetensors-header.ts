import { z } from 'zod';
import { HubError } from '../errors.js';
import { elements } from './tensor.js';

/**
 * Most bytes of a header. Format: 8 bytes of header length (little-endian), a JSON header, then the tensors' bytes.
 * Source: https://github.com/huggingface/safetensors, section "Format".
 */
const HEADER_LIMIT = 1 << 20;

const entrySchema = z.strictObject({
  dtype: z.enum(['F32', 'I8']),
  shape: z.array(z.int().nonnegative()).max(8),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
/** Type, shape and place of a tensor: its first byte and the one after its last, counted from the end of the header. */
type SafetensorsEntry = z.output<typeof entrySchema>;
const METADATA = '__metadata__';
const KEYS_OF_ENTRY = Object.keys(entrySchema.shape).length;

export interface SafetensorsHeader {
  /** In the order of the header. */
  readonly tensors: readonly (readonly [name: string, entry: SafetensorsEntry])[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes before the first tensor. */
  readonly bytes: number;
}

/**
 * Reads the header of a file and compares it with the length of the file: the tensors follow each other without a gap, an
 * overlap or a rest, and each has the bytes of its shape. What a header says is therefore no more than the file holds.
 * @throws WEIGHTS_REFUSED with the reason.
 */
export function readSafetensorsHeader(file: Uint8Array): SafetensorsHeader {
  if (file.byteLength < 8) throw refuseSafetensors(`it ends after ${file.byteLength} bytes`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > HEADER_LIMIT) throw refuseSafetensors(`its header says ${length} bytes; the limit is ${HEADER_LIMIT}`);
  const bytes = 8 + length;
  if (bytes > file.byteLength) throw refuseSafetensors('it ends inside its header');
  const text = Buffer.from(file.buffer, file.byteOffset + 8, length).toString('utf8');
  const header = Object.entries(objectOf(text));
  const metadata = header.find(([name]) => name === METADATA)?.[1] ?? {};
  if (!isTexts(metadata)) throw refuseSafetensors('its metadata are not texts by name');
  const tensors = header.flatMap(([name, value]) => (name === METADATA ? [] : [[name, entryOf(name, value)] as const]));
  const keys = header.length + Object.keys(metadata).length + tensors.length * KEYS_OF_ENTRY;
  if (keysIn(text) !== keys) throw refuseSafetensors('its header has a name twice');
  checkPlaces(tensors, file.byteLength - bytes);
  return { tensors, metadata, bytes };
}

function checkPlaces(tensors: SafetensorsHeader['tensors'], bytes: number): void {
  let end = 0;
  for (const [name, { dtype, shape, data_offsets: at }] of tensors.toSorted(([, a], [, b]) => byPlace(a, b))) {
    if (at[1] - at[0] !== elements(shape) * (dtype === 'F32' ? 4 : 1))
      throw refuseSafetensors(`the bytes of ${quote(name)} do not fit its shape [${shape.join(', ')}]`);
    if (at[0] !== end)
      throw refuseSafetensors(`${quote(name)} begins at byte ${at[0]}, and the tensor before it ends at byte ${end}`);
    end = at[1];
  }
  if (end !== bytes) throw refuseSafetensors(`its tensors end at byte ${end}, and its data at byte ${bytes}`);
}

function byPlace({ data_offsets: a }: SafetensorsEntry, { data_offsets: b }: SafetensorsEntry): number {
  return a[0] - b[0] || a[1] - b[1];
}

function entryOf(name: string, value: unknown): SafetensorsEntry {
  const entry = entrySchema.safeParse(value);
  if (entry.success) return entry.data;
  throw refuseSafetensors(`its header describes ${quote(name)} wrongly`);
}

function objectOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {}
  throw refuseSafetensors('its header is not a JSON object');
}

function isTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}

/** Number of keys in a JSON text, repeated ones included, of which JSON.parse keeps only the last. */
function keysIn(text: string): number {
  let keys = 0;
  for (const [, colon] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*(:)?/g)) if (colon !== undefined) keys += 1;
  return keys;
}

const quote = (name: string): string => JSON.stringify(name.slice(0, 80));

/** The error WEIGHTS_REFUSED for a safetensors file. */
function refuseSafetensors(why: string): HubError {
  return new HubError('WEIGHTS_REFUSED', `This is not a safetensors file that can be used: ${why}.`);
}
