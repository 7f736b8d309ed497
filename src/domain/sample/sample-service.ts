import { readdir, readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';

/** Data and photos that come with the hub. */
export interface Samples {
  /** Path of the CIFAR-10 excerpt. */
  readonly cifar10: string;
  /** One photo per class, none of them in that excerpt. */
  readonly photos: readonly SamplePhoto[];
}

export interface SamplePhoto {
  readonly name: string;
  /** A data URL. */
  readonly picture: string;
}

/** Reads the folder of samples. */
export class SampleService {
  constructor(private readonly folder: string) {}

  async read(): Promise<Samples> {
    const folder = join(this.folder, 'photos');
    const files = (await readdir(folder)).sort();
    const photos = files.map(async (file) => {
      const content = await readFile(join(folder, file), 'base64');
      return { name: parse(file).name, picture: `data:image/jpeg;base64,${content}` };
    });
    return { cifar10: join(this.folder, 'cifar10-sample.tar.gz'), photos: await Promise.all(photos) };
  }
}
