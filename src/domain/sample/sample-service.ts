import { readdir, readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Samples } from '../../schema/sample/sample.type.js';

/** What lies in the folder of samples. */
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
