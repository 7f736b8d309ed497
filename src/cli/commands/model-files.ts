import { type Command, Option } from 'commander';
import { EXPORT_FORMATS } from '../../training/export-formats.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { saveExport, type Wanted } from '../export.js';
import { findVersion } from '../find-version.js';
import { bytes } from '../format.js';
import { beginImport, importEnded } from '../import.js';
import { wholeNumber } from '../numbers.js';
import { fields, print } from '../output.js';
import { working } from '../working.js';

type ExportOptions = ConnectionOptions & Pick<Wanted, 'format' | 'out'>;

interface ImportOptions extends ConnectionOptions {
  readonly dataset: string;
  readonly datasetVersion?: number;
  readonly labels?: readonly string[];
  readonly upload?: true;
}

/** `hub model export` */
export function addExport(model: Command): void {
  withConnection(
    model
      .command('export')
      .description('Save a version in a format of others.')
      .argument('<model>', 'its name')
      .argument('<version>', 'its number', wholeNumber)
      .addOption(new Option('--format <format>', 'what it is to be').choices(EXPORT_FORMATS).makeOptionMandatory())
      .option('--out <file>', 'which is not there yet; else it is named after model and version'),
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
        'Make a version of a Keras model (InceptionV3 and a head), or of what a hub exported as safetensors.',
      )
      .argument('<model>', 'its name; it is made when there is none')
      .argument('<file>', '.h5, .keras or .safetensors on the server, in a folder that it allows')
      .requiredOption('--dataset <name>', 'on whose test split it is measured, of its newest version')
      .option('--dataset-version <number>', 'number of the version', wholeNumber)
      .option('--labels <labels...>', 'what its outputs stand for, in order; else what the file or the dataset says')
      .option('--upload', 'the file is on this machine: send it'),
  ).action(async (name: string, file: string, options: ImportOptions) => {
    const client = await connect(options);
    const { dataset, datasetVersion, labels = null, upload = false } = options;
    const datasetVersionId = await findVersion(client, dataset, datasetVersion);
    const ended = await working(`Importing ${file}`, async () => {
      return importEnded(client, await beginImport(client, file, { model: name, datasetVersionId, labels }, upload));
    });
    print(options, { modelImport: ended }, () =>
      fields({ model: name, version: ended.version, file: ended.fileName, 'on trust': ended.notes.join(' ') }),
    );
  });
}
