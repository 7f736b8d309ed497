import { stringify } from 'csv-stringify/browser/esm/sync';
import { save } from '../../lib/save';
import { nameOfTarget, type Target } from '../../lib/target';
import type { Photo } from './photos';

const COLUMNS = [
  'file',
  'asked',
  'version',
  'precision',
  'runtime',
  'label',
  'confidence',
  'second',
  'secondConfidence',
  'milliseconds',
  'error',
];

/** Saves the answers for photos as a file. */
export function exportPhotos(photos: readonly Photo[], targets: readonly Target[], form: 'csv' | 'json'): void {
  const rows = photos.flatMap((photo) => targets.map((target) => rowOf(photo, nameOfTarget(target))));
  const text =
    form === 'csv'
      ? stringify(rows, { header: true, columns: COLUMNS, escape_formulas: true })
      : JSON.stringify(rows, null, 2);
  save(new Blob([text], { type: form === 'csv' ? 'text/csv' : 'application/json' }), `classified.${form}`);
}

function rowOf({ name, asks }: Photo, asked: string): Readonly<Record<string, string | number>> {
  const ask = asks[asked];
  if (ask?.state === 'failed') return { file: name, asked, error: ask.message };
  if (ask?.state !== 'answered') return { file: name, asked };
  const { label, confidence, top, modelVersion, precision, runtime, milliseconds } = ask.answer;
  const [, second] = top;
  return {
    file: name,
    asked,
    version: modelVersion,
    precision,
    runtime,
    label,
    confidence,
    ...(second ? { second: second.label, secondConfidence: second.probability } : {}),
    milliseconds,
  };
}
