import { type Cifar10Format, Cifar10Source, isImageName } from './cifar10.js';
import { BINARY_FORMAT } from './cifar10-binary.js';
import { PYTHON_FORMAT } from './cifar10-python.js';
import type { Source, SourceEntry } from './source.js';

const FORMATS = [PYTHON_FORMAT, BINARY_FORMAT];

/** Files among which the first batch of CIFAR-10 must be; a Mac puts files of its own before and between the batches. */
const LOOKED_AT = 16;

/** A source that is read as CIFAR-10 if one of its first files is named like a batch, in whatever folder or archive. */
export class DetectedSource implements Source {
  constructor(private readonly source: Source) {}

  get share(): number | null {
    return this.source.share;
  }

  async *entries(signal: AbortSignal): AsyncGenerator<SourceEntry> {
    const format = await formatOf(this.source, signal);
    if (format === undefined) yield* this.source.entries(signal);
    else yield* new Cifar10Source(this.source, format, FORMATS).entries(signal);
  }
}

async function formatOf(source: Source, signal: AbortSignal): Promise<Cifar10Format | undefined> {
  let files = 0;
  for await (const { kind, path } of source.entries(signal)) {
    if (kind === 'folder') continue;
    const format = FORMATS.find(({ batch, classList }) => batch.test(path) || classList.test(path));
    files += 1;
    if (format !== undefined || isImageName(path) || files === LOOKED_AT) return format;
  }
  return undefined;
}
