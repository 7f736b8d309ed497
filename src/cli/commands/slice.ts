import { type Command, InvalidArgumentError } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { moment } from '../format.js';
import { nameValuePairs } from '../numbers.js';
import { print, table } from '../output.js';
import { DELETE_SLICE, SAVE_SLICE, SLICES } from '../requests/slice.js';

/** Both ends of a range, each included; null for no limit. */
interface Range {
  readonly from: number | null;
  readonly to: number | null;
}

interface SaveOptions extends ConnectionOptions {
  readonly class?: readonly string[];
  readonly column?: readonly (readonly [string, string])[];
  readonly columnRange?: readonly (readonly [string, string])[];
  readonly source?: readonly string[];
  readonly size?: Range;
  readonly brightness?: Range;
  readonly likeTraining?: boolean;
}

export function sliceCommand(program: Command): void {
  const slice = program
    .command('slice')
    .description('Save slices of a dataset by name: conditions on images, for evaluations and gates.');

  withConnection(
    slice
      .command('save')
      .description('Save a slice, in place of one with this name. An image is in it if it meets all conditions.')
      .argument(...DATASET)
      .argument(...NAME)
      .option('--class <names...>', 'images of one of these classes')
      .option(
        '--column <column=value>',
        'images with this value in a column of the table of labels; repeat it for other values or columns',
        nameValuePairs,
      )
      .option(
        '--column-range <column=from..to>',
        'images with a number from this range in a column; repeatable',
        nameValuePairs,
      )
      .option('--source <names...>', 'images from one of these, such as "pets version 1", in a merged version')
      .option('--size <from..to>', 'images whose shorter side has so many pixels: 32..64, ..64 or 64..', range)
      .option('--brightness <from..to>', 'images whose mean brightness is so high, of 255: ..60', range)
      .option('--like-training', 'images that look like a training image'),
  ).action(async (dataset: string, name: string, options: SaveOptions) => {
    const input = { dataset, name, conditions: conditionsIn(options) };
    const { saveSlice: saved } = await (await connect(options)).request(SAVE_SLICE, { input });
    print(options, { slice: saved }, () => `Slice ${dataset}/${name}: ${saved.text}`);
  });

  withConnection(
    slice
      .command('list')
      .description('List saved slices, with the models whose gate has a rule on them.')
      .argument('[dataset]', 'name of the dataset (default: all)'),
  ).action(async (dataset: string | undefined, options: ConnectionOptions) => {
    const { savedSlices } = await (await connect(options)).request(SLICES, { dataset: dataset ?? null });
    print(options, { slices: savedSlices }, () =>
      table(
        ['slice', 'images', 'gates', 'owner', 'saved'],
        savedSlices.map((each) => [
          ...[`${each.dataset}/${each.name}`, each.text, each.usedBy.join(', ')],
          ...[each.owner?.name, moment(each.createdAt)],
        ]),
      ),
    );
  });

  withConnection(
    slice
      .command('delete')
      .description('Delete a slice that no gate has a rule on.')
      .argument(...DATASET)
      .argument(...NAME),
  ).action(async (dataset: string, name: string, options: ConnectionOptions) => {
    await (await connect(options)).request(DELETE_SLICE, { dataset, name });
    print(options, { deleted: { dataset, name } }, () => `Slice ${dataset}/${name} is deleted`);
  });
}

const DATASET = ['<dataset>', 'name of the dataset'] as const;
const NAME = ['<slice>', 'name of the slice'] as const;

/** The conditions that options name. Values of one column are alternatives. */
function conditionsIn(options: SaveOptions) {
  const { source, size, brightness, likeTraining, column = [], columnRange = [] } = options;
  const columns = new Map<string, string[]>();
  for (const [name, value] of column) columns.set(name, [...(columns.get(name) ?? []), value]);
  return [
    ...(options.class ? [{ kind: 'CLASS' as const, values: [...options.class] }] : []),
    ...[...columns].map(([name, values]) => ({ kind: 'COLUMN' as const, column: name, values })),
    ...columnRange.map(([name, text]) => ({ kind: 'COLUMN' as const, column: name, ...range(text) })),
    ...(source ? [{ kind: 'SOURCE' as const, values: [...source] }] : []),
    ...(size ? [{ kind: 'SIZE' as const, ...size }] : []),
    ...(brightness ? [{ kind: 'BRIGHTNESS' as const, ...brightness }] : []),
    ...(likeTraining ? [{ kind: 'DUPLICATE' as const }] : []),
  ];
}

/** Parses `10..20`, `10..` and `..20`. @throws InvalidArgumentError for another form. */
function range(text: string): Range {
  const [, from, to] = /^(-?[\d.]*?\d)?\.\.(-?[\d.]*\d)?$/.exec(text) ?? [];
  const [low, high] = [from, to].map((end) => (end === undefined ? null : Number(end))) as [
    number | null,
    number | null,
  ];
  if ((low === null && high === null) || Number.isNaN(low) || Number.isNaN(high)) {
    throw new InvalidArgumentError('It must be a range, such as 10..20, 10.. or ..20.');
  }
  return { from: low, to: high };
}
