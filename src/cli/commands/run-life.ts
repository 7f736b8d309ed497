import type { Command } from 'commander';
import ora from 'ora';
import { HubError } from '../../errors.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { followToEnd } from '../follow.js';
import { percent } from '../format.js';
import type { VariablesOf } from '../graphql.js';
import { hyperparameters } from '../hyperparameters.js';
import { interruptible } from '../interrupt.js';
import { pairs, wholeNumber } from '../numbers.js';
import { print, sections, table } from '../output.js';
import {
  CLONE_RUN,
  DELETE_RUN,
  MOVE_RUN,
  REPRODUCE_RUN,
  REPRODUCTION,
  RESUME_RUN,
  RUN_MISTAKES,
  TAG_RUN,
} from '../requests/run-life.js';

interface CloneOptions extends ConnectionOptions {
  readonly set?: readonly (readonly [string, string])[];
  readonly fineTuneFrom?: string;
}

interface MistakesOptions extends ConnectionOptions {
  readonly first: number;
  readonly true?: string;
  readonly predicted?: string;
}

/** What can be done with a run that is there. */
export function addRunLife(run: Command): void {
  const withRun = (name: string, description: string): Command =>
    withConnection(run.command(name).description(description).argument('<run>', 'its id, as `hub runs` lists it'));
  const queued = (id: string) => () => `Run ${id} waits: "hub run follow ${id}" shows what it does.`;

  withRun('resume', 'Let a run that failed or was cancelled go on from its last checkpoint.').action(
    async (id: string, options: ConnectionOptions) => {
      const { resumeRun } = await (await connect(options)).request(RESUME_RUN, { id });
      print(options, { run: resumeRun }, queued(id));
    },
  );

  withRun('clone', 'Start a run like this one, with changes.')
    .option('--set <name=value>', 'a hyperparameter, as often as needed', pairs)
    .option('--fine-tune-from <layer>', 'of a fine-tune run: all behind this layer learns')
    .action(async (id: string, { set, fineTuneFrom, ...options }: CloneOptions) => {
      const layer = fineTuneFrom as VariablesOf<typeof CLONE_RUN>['input']['fineTuneFrom']; // the hub's to check
      const input = { id, recipe: hyperparameters(set), fineTuneFrom: layer ?? null };
      const { cloneRun } = await (await connect(options)).request(CLONE_RUN, { input });
      print(options, { run: cloneRun }, queued(cloneRun.id));
    });

  withRun(
    'reproduce',
    'Start a run again, wait for it, and say whether it came to the same numbers bit by bit.',
  ).action(async (id: string, options: ConnectionOptions) => {
    const client = await connect(options);
    const { reproduceRun } = await client.request(REPRODUCE_RUN, { id });
    const line = ora();
    try {
      await interruptible((signal) => followToEnd(client, reproduceRun.id, line, { signal }));
    } finally {
      line.stop();
    }
    const { run: again } = await client.request(REPRODUCTION, { id: reproduceRun.id });
    const { agrees = false, differences = [] } = again?.reproduction ?? {};
    print(options, { run: reproduceRun.id, agrees, differences }, () =>
      sections(
        agrees ? 'The numbers agree bit by bit.' : 'The numbers do not agree.',
        differences.length === 0
          ? ''
          : table(
              ['what', `run ${id}`, `run ${reproduceRun.id}`],
              differences.map(({ what, original, now }) => [what, JSON.stringify(original), JSON.stringify(now)]),
            ),
      ),
    );
  });

  withRun('delete', 'Delete a run that has ended and that nothing refers to, with its weights.').action(
    async (id: string, options: ConnectionOptions) => {
      await (await connect(options)).request(DELETE_RUN, { id });
      print(options, { deleted: id }, () => `Run ${id} is deleted`);
    },
  );

  withRun('tag', 'Give a run these tags in place of those that it has.')
    .argument('[tags...]')
    .action(async (id: string, tags: string[], options: ConnectionOptions) => {
      const { tagRun } = await (await connect(options)).request(TAG_RUN, { id, tags });
      print(options, { run: tagRun }, () => `Run ${id}: ${tagRun.tags.join(', ') || 'no tags'}`);
    });

  withRun('move', 'Move a run that waits in the queue.')
    .argument('[before]', 'the run that it is to come before; the end of the queue where none is given')
    .action(async (id: string, before: string | undefined, options: ConnectionOptions) => {
      const { moveRun } = await (await connect(options)).request(MOVE_RUN, { id, before: before ?? null });
      print(options, { run: moveRun }, () => `Run ${id}: place ${moveRun.queuePosition ?? '-'} in the queue`);
    });

  withRun('mistakes', 'List the test images that a run got wrong, the most confident ones first.')
    .option('--first <number>', 'how many', wholeNumber, 20)
    .option('--true <class>', 'only of this class')
    .option('--predicted <class>', 'only those taken for this class')
    .action(async (id: string, options: MistakesOptions) => {
      const { first, true: trueClass = null, predicted: predictedClass = null } = options;
      const variables = { id, first, trueClass, predictedClass };
      const { runMistakes } = await (await connect(options)).request(RUN_MISTAKES, variables);
      if (!runMistakes) throw new HubError('NOT_FOUND', `The run ${id} keeps no predictions.`);
      print(options, runMistakes, () =>
        table(
          ['image', 'class', 'taken for', ' confidence'],
          runMistakes.images.map((image) => [
            ...[image.name, image.trueClass, image.predictedClass],
            percent(image.confidence),
          ]),
        ),
      );
    });
}
