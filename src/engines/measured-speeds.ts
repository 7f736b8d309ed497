import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';

/** Measurements that ended the process, after which none is tried again: the first may have been stopped with the hub. */
const DEATHS = 2;

/** Images per second of the two engines in the same steps. */
const speedsSchema = z.object({
  /** Version of TensorFlow. */
  version: z.string(),
  onnx: z.number().positive(),
  tensorflow: z.number().positive(),
  at: z.iso.datetime(),
});
export type MeasuredSpeeds = z.output<typeof speedsSchema>;

const fileSchema = z.record(z.string(), z.union([speedsSchema, z.object({ begun: z.int().positive() })]));
type Content = z.output<typeof fileSchema>;

/**
 * The speeds that this machine has measured, in a file of which nothing depends but time: one that cannot be read is written
 * anew, and what cannot be written is measured again. Workers may write at the same time; the last one wins.
 */
export class SpeedsFile {
  constructor(private readonly path: string) {}

  /** @param what steps and what computes them. @returns null when they must be measured. */
  async find(what: string): Promise<MeasuredSpeeds | 'ends the process' | null> {
    const found = (await this.#read())[what];
    if (!found) return null;
    if ('begun' in found) return found.begun >= DEATHS ? 'ends the process' : null;
    return found;
  }

  /** Notes that a measurement begins, in case it ends the process: a broken library may. */
  async begin(what: string): Promise<void> {
    const content = await this.#read();
    const found = content[what];
    const begun = found && 'begun' in found ? found.begun + 1 : 1;
    await this.#write({ ...content, [what]: { begun } });
  }

  /** Ends a measurement. @param speeds null if it failed in another way. */
  async end(what: string, speeds: MeasuredSpeeds | null): Promise<void> {
    const { [what]: _, ...others } = await this.#read();
    await this.#write(speeds ? { ...others, [what]: speeds } : others);
  }

  async #read(): Promise<Content> {
    return readFile(this.path, 'utf8')
      .then((text) => fileSchema.parse(JSON.parse(text)))
      .catch(() => ({}));
  }

  async #write(content: Content): Promise<void> {
    const temporary = `${this.path}.${process.pid}.new`;
    await writeFile(temporary, `${JSON.stringify(content, null, 2)}\n`)
      .then(() => rename(temporary, this.path))
      .catch(() => undefined);
  }
}
