import type { Command } from 'commander';
import { bytes, count } from '../format.js';
import { databaseOption } from '../hub-options.js';
import type { DataOptions } from '../open-data.js';
import { type OutputOptions, print } from '../output.js';
import { working } from '../working.js';

export function blobsCommand(program: Command): void {
  const blobs = program
    .command('blobs')
    .description('Where the blobs of a hub are: its data folder, an S3 bucket or a shared folder.');

  blobs
    .command('migrate')
    .description(
      'Move the blobs to an S3 bucket or a shared folder, or back to the data folder. Stop the hub of the data folder first.',
    )
    .argument('<place>', 's3://bucket/prefix, the path of a shared folder, or "folder" for the data folder')
    .option('--data <folder>', 'data folder', 'data')
    .addOption(databaseOption())
    .option('--json', 'print one line of JSON to standard output')
    .action(async (place: string, options: DataOptions & OutputOptions) => {
      const [{ withData }, { moveBlobs }] = await Promise.all([import('../open-data.js'), import('../move-blobs.js')]);
      const moved = await working('Moving blobs', (line) =>
        withData(options, (open) =>
          moveBlobs(open, place, (done) => {
            line.text = `Moving blobs: ${count(done)}`;
          }),
        ),
      );
      print(options, moved, () => {
        const { blobs: all, copied, bytes: size, lostFeatures, from, to } = moved;
        const lost =
          lostFeatures > 0 ? ` ${count(lostFeatures)} cached features were lost; they are computed again.` : '';
        return `The hub now uses ${to}: copied ${count(copied)} of ${count(all)} blobs (${bytes(size)}), the others were there.${lost}\nThose in ${from} are still there: delete them once the hub works.`;
      });
    });
}
