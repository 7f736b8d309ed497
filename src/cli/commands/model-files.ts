import { type Command, Option } from 'commander';
import { EXPORT_FORMATS } from '../../training/export-formats.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { findVersion } from '../find-version.js';
import { bytes } from '../format.js';
import { type ExportRequest, saveExport } from '../model-export.js';
import { startImport, waitForImport } from '../model-import.js';
import { wholeNumber } from '../numbers.js';
import { fields, print } from '../output.js';
import { working } from '../working.js';

type ExportOptions = ConnectionOptions & Pick<ExportRequest, 'format' | 'out'>;

interface ImportOptions extends ConnectionOptions {
  readonly dataset?: string;
  readonly datasetVersion?: number;
  readonly labels?: readonly string[];
  readonly upload?: true;
}

/** `hub model export` */
export function addExport(model: Command): void {
  withConnection(
    model
      .command('export')
      .description('Export a version to a file.')
      .argument('<model>', 'its name')
      .argument('<version>', 'its number', wholeNumber)
      .addOption(new Option('--format <format>', 'file format').choices(EXPORT_FORMATS).makeOptionMandatory())
      .option('--out <file>', 'a new file (default: named after model and version)'),
  ).action(async (name: string, version: number, options: ExportOptions) => {
    const client = await connect(options);
    const { format, out } = options;
    const wanted = { model: name, version, format, ...(out === undefined ? {} : { out }) };
    const saved = await working(`Exporting ${name} ${version}`, () => saveExport(client, wanted));
    print(options, saved, () => fields({ file: saved.file, size: bytes(saved.bytes), 'SHA-256': saved.sha256 }));
  });
}

/** `hub model import` */
export function addImport(model: Command): void {
  withConnection(
    model
      .command('import')
      .description(
        'Import a Keras model (InceptionV3 and a head), or a safetensors file that a hub exported, as a version.',
      )
      .argument('<model>', 'name of the model; created if it does not exist')
      .argument('<file>', '.h5, .keras or .safetensors file on the server, in a folder given with --allow')
      .option(
        '--dataset <name>',
        'dataset whose test split measures it; the only one unless given, in its newest version',
      )
      .option('--dataset-version <number>', 'number of the dataset version', wholeNumber)
      .option('--labels <labels...>', 'labels of its outputs, in order (default: from the file or the dataset)')
      .option('--upload', 'upload the file from this machine'),
  ).action(async (name: string, file: string, options: ImportOptions) => {
    const client = await connect(options);
    const { dataset, datasetVersion, labels = null, upload = false } = options;
    const datasetVersionId = await findVersion(client, dataset, datasetVersion);
    const ended = await working(`Importing ${file}`, async () => {
      return waitForImport(client, await startImport(client, file, { model: name, datasetVersionId, labels }, upload));
    });
    print(options, { modelImport: ended }, () =>
      fields({ model: name, version: ended.version, file: ended.fileName, 'on trust': ended.notes.join(' ') }),
    );
  });
}
