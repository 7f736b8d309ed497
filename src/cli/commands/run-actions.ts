import type { Command } from 'commander';
import { HubError } from '../../errors.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { followToEnd } from '../follow.js';
import { maybe, percent } from '../format.js';
import type { VariablesOf } from '../graphql.js';
import { hyperparameters } from '../hyperparameters.js';
import { interruptible } from '../interrupt.js';
import { nameValuePairs, wholeNumber } from '../numbers.js';
import { type Cell, fields, print, sections, table } from '../output.js';
import { EPOCH_TABLE } from '../requests/run.js';
import {
  CLONE_RUN,
  DELETE_RUN,
  MOVE_RUN,
  REPRODUCE_RUN,
  REPRODUCTION,
  RESUME_RUN,
  RUN_MISTAKES,
  RUN_SLICES,
  type SliceFigures,
  TAG_RUN,
  UPDATE_RUN,
} from '../requests/run-life.js';
import { type LabelOptions, labelOf, withLabel } from '../run-label.js';
import { formatOption, printTable, type TableFormat } from '../run-table.js';
import { spinner } from '../spinner.js';

interface CloneOptions extends ConnectionOptions, LabelOptions {
  readonly set?: readonly (readonly [string, string])[];
  readonly fineTuneFrom?: string;
}

interface MistakesOptions extends ConnectionOptions {
  readonly first: number;
  readonly true?: string;
  readonly predicted?: string;
}

interface SlicesOptions extends ConnectionOptions {
  readonly first: number;
}

/** Adds the commands that act on an existing run. */
export function addRunActions(run: Command): void {
  const withRun = (name: string, description: string): Command =>
    withConnection(run.command(name).description(description).argument('<run>', 'id, see `hub runs`'));
  const queued = (id: string) => () => `Run ${id} is queued: "hub run follow ${id}" follows it.`;

  withRun('resume', 'Resume a failed or cancelled run from its last checkpoint.').action(
    async (id: string, options: ConnectionOptions) => {
      const { resumeRun } = await (await connect(options)).request(RESUME_RUN, { id });
      print(options, { run: resumeRun }, queued(id));
    },
  );

  withLabel(withRun('clone', 'Start a copy of a run, with changes.'))
    .option('--set <name=value>', 'set a hyperparameter; repeatable', nameValuePairs)
    .option('--fine-tune-from <layer>', 'for a fine-tune run: train everything after this layer')
    .action(async (id: string, { set, fineTuneFrom, ...options }: CloneOptions) => {
      const layer = fineTuneFrom as VariablesOf<typeof CLONE_RUN>['input']['fineTuneFrom']; // the hub checks it
      const input = { id, ...labelOf(options), recipe: hyperparameters(set), fineTuneFrom: layer ?? null };
      const { cloneRun } = await (await connect(options)).request(CLONE_RUN, { input });
      print(options, { run: cloneRun }, queued(cloneRun.id));
    });

  withRun('reproduce', 'Repeat a run, and compare the numbers bit by bit.').action(
    async (id: string, options: ConnectionOptions) => {
      const client = await connect(options);
      const { reproduceRun } = await client.request(REPRODUCE_RUN, { id });
      const line = spinner();
      try {
        await interruptible((signal) => followToEnd(client, reproduceRun.id, line, { signal }));
      } finally {
        line.stop();
      }
      const { run: again } = await client.request(REPRODUCTION, { id: reproduceRun.id });
      const { agrees = false, differences = [] } = again?.reproduction ?? {};
      print(options, { run: reproduceRun.id, agrees, differences }, () =>
        sections(
          agrees ? 'The numbers are identical.' : 'The numbers differ.',
          differences.length === 0
            ? ''
            : table(
                ['value', `run ${id}`, `run ${reproduceRun.id}`],
                differences.map(({ what, original, now }) => [what, JSON.stringify(original), JSON.stringify(now)]),
              ),
        ),
      );
    },
  );

  withRun('delete', 'Delete a finished run with its weights, if nothing refers to it.').action(
    async (id: string, options: ConnectionOptions) => {
      await (await connect(options)).request(DELETE_RUN, { id });
      print(options, { deleted: id }, () => `Run ${id} is deleted`);
    },
  );

  withRun('tag', 'Replace the tags of a run.')
    .argument('[tags...]')
    .action(async (id: string, tags: string[], options: ConnectionOptions) => {
      const { tagRun } = await (await connect(options)).request(TAG_RUN, { id, tags });
      print(options, { run: tagRun }, () => `Run ${id}: ${tagRun.tags.join(', ') || 'no tags'}`);
    });

  withLabel(withRun('update', 'Change the name or the note of a run; an empty text removes it.')).action(
    async (id: string, options: ConnectionOptions & LabelOptions) => {
      const input = { id, ...labelOf(options) };
      if (Object.keys(input).length === 1) throw new HubError('BAD_INPUT', 'Give --name, --note or both.');
      const { updateRun: run } = await (await connect(options)).request(UPDATE_RUN, { input });
      print(options, { run }, () => fields({ run: run.id, name: run.name, note: run.note }));
    },
  );

  withRun('metrics', 'Print the metrics of all epochs of a run, for other programs.')
    .addOption(formatOption().default('csv'))
    .action(async (id: string, options: ConnectionOptions & { readonly format: TableFormat }) => {
      const format = options.format === 'csv' ? 'CSV' : 'JSON';
      const { run } = await (await connect(options)).request(EPOCH_TABLE, { id, format });
      if (!run) throw new HubError('NOT_FOUND', `There is no run ${id}: "hub runs" lists them.`);
      printTable(options.format, run.epochTable);
    });

  withRun('move', 'Move a queued run.')
    .argument('[before]', 'id of the run to place it before (default: the end of the queue)')
    .action(async (id: string, before: string | undefined, options: ConnectionOptions) => {
      const { moveRun } = await (await connect(options)).request(MOVE_RUN, { id, before: before ?? null });
      print(options, { run: moveRun }, () => `Run ${id}: place ${moveRun.queuePosition ?? '-'} in the queue`);
    });

  withRun('mistakes', 'List misclassified test images of a run, most confident first.')
    .option('--first <number>', 'number of images', wholeNumber, 20)
    .option('--true <class>', 'only images of this class')
    .option('--predicted <class>', 'only images predicted as this class')
    .action(async (id: string, options: MistakesOptions) => {
      const { first, true: trueClass = null, predicted: predictedClass = null } = options;
      const variables = { id, first, trueClass, predictedClass };
      const { runMistakes } = await (await connect(options)).request(RUN_MISTAKES, variables);
      if (!runMistakes) throw new HubError('NOT_FOUND', `The run ${id} has no predictions.`);
      print(options, runMistakes, () =>
        table(
          ['image', 'class', 'predicted', ' confidence'],
          runMistakes.images.map((image) => [
            ...[image.name, image.trueClass, image.predictedClass],
            percent(image.confidence),
          ]),
        ),
      );
    });

  withRun(
    'slices',
    'Show the accuracy of a run by class, size, brightness, column and source of its test images, the oddest first.',
  )
    .option('--first <number>', 'number of slices', wholeNumber, 20)
    .action(async (id: string, options: SlicesOptions) => {
      const { first } = options;
      const { runEvaluation } = await (await connect(options)).request(RUN_SLICES, { id, first });
      if (!runEvaluation) throw new HubError('NOT_FOUND', `The run ${id} has no predictions.`);
      const { slices, savedSlices } = runEvaluation;
      if (!slices) throw new HubError('NOT_FOUND', 'The list of test images is lost or damaged: see "hub verify".');
      const saved = savedSlices ?? [];
      print(options, runEvaluation, () =>
        sections(
          saved.length === 0
            ? ''
            : table(
                SLICE_HEADS,
                saved.map(({ name, result, missing }) =>
                  result ? sliceRow(result, name) : [name, 0, ...Array(5).fill(null), missing ?? 'no test images'],
                ),
              ),
          table(
            SLICE_HEADS,
            slices.map((slice) => sliceRow(slice, slice.kind === 'CLASS' ? `class ${slice.name}` : slice.name)),
          ),
        ),
      );
    });
}

const SLICE_HEADS = [
  ...['slice', ' images', ' accuracy', ' 95% interval', ' confidence', ' ECE', ' deviation', 'most frequent mistake'],
];

const sliceRow = (slice: SliceFigures, name: string): Cell[] => [
  ...[name, slice.images, percent(slice.accuracy), `${percent(slice.low)} to ${percent(slice.high)}`],
  ...[maybe(slice.meanConfidence, percent), maybe(slice.calibrationError, percent), slice.deviation.toFixed(1)],
  maybe(slice.mistake, ({ trueClass, predictedClass, images }) => `${trueClass} as ${predictedClass}, ${images}`),
];
