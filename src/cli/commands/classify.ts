import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import pLimit from 'p-limit';
import { HubError } from '../../errors.js';
import { type HubClient, openFile } from '../client.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { percent } from '../format.js';
import { wholeNumber } from '../numbers.js';
import { print, table } from '../output.js';
import { Meter } from '../progress.js';
import { CLASSIFY, type Classification, SERVING } from '../requests/classify.js';
import { terminal } from '../terminal.js';
import { working } from '../working.js';

/** Photos sent at the same time: enough for the hub to batch them. */
const AT_ONCE = 4;

interface ClassifyOptions extends ConnectionOptions {
  readonly model?: string;
  readonly alias: string;
  readonly top: number;
}

/** The answer for a photo, or the error that refused it. */
type Answer = { readonly file: string } & (
  | Classification
  | { readonly error: { readonly code: string; readonly message: string } }
);

export function classifyCommand(program: Command): void {
  withConnection(
    program
      .command('classify')
      .description('Classify photos.')
      .argument('<file...>', 'photos; - reads standard input')
      .option('--model <name>', 'the model to ask; the one that serves unless given')
      .option('--alias <name>', 'alias of the version', 'production')
      .option('--top <number>', 'number of classes to list', wholeNumber, 1),
  ).action(async (paths: string[], options: ClassifyOptions) => {
    const client = await connect(options);
    const photos = await Promise.all(paths.map(openPhoto)); // a missing file stops the command
    const model = options.model ?? (await onlyModel(client, options.alias));
    const answers = await working('Classifying', (line) => {
      const oneOfSome = pLimit(AT_ONCE);
      const meter = new Meter();
      let done = 0;
      const askOne = async (photo: File, i: number): Promise<Answer> => {
        line.text = `Classifying: ${meter.text(done, photos.length)}`;
        const answer = await ask(client, paths[i]!, photo, { ...options, model });
        done += 1;
        return answer;
      };
      return Promise.all(photos.map((photo, i) => oneOfSome(askOne, photo, i)));
    });
    print(options, { classifications: answers }, () =>
      table(['file', 'shows', ' version', ' ms'], answers.map(answerRow)),
    );
    const refused = answers.filter((answer) => 'error' in answer).length;
    if (refused > 0) {
      throw new HubError(
        'IMAGE_REFUSED',
        `${refused} of ${answers.length} photos were refused: see the reasons above.`,
      );
    }
  });
}

async function openPhoto(path: string): Promise<File> {
  return path === '-' ? new File([new Uint8Array(await buffer(terminal().stdin))], 'stdin') : openFile(path);
}

/** The one model that serves under an alias. @throws BAD_INPUT when none does, or several do. */
async function onlyModel(client: HubClient, alias: string): Promise<string> {
  const { deployments } = await client.request(SERVING);
  const names = deployments.filter((each) => each.alias === alias).map(({ model }) => model);
  if (names.length === 1) return names[0]!;
  const message = names.length
    ? `Several models serve as ${alias}: choose one with --model ${names.join(', --model ')}.`
    : `No model serves as ${alias}: "hub model list" lists the models and their aliases.`;
  throw new HubError('BAD_INPUT', message);
}

async function ask(
  client: HubClient,
  file: string,
  photo: File,
  { model, alias, top: topK }: ClassifyOptions & { readonly model: string },
): Promise<Answer> {
  try {
    const variables = { image: null, model, alias, topK };
    return { file, ...(await client.upload(CLASSIFY, 'variables.image', photo, variables)).classify };
  } catch (error) {
    if (!(error instanceof HubError) || !aboutPhoto(error)) throw error;
    const { code, message } = error;
    return { file, error: { code, message } };
  }
}

/** Whether the error concerns this photo alone. */
const aboutPhoto = ({ code }: HubError): boolean => code === 'IMAGE_REFUSED' || code === 'LIMIT_EXCEEDED';

function answerRow(answer: Answer): (string | number)[] {
  if ('error' in answer) return [answer.file, answer.error.message, '', ''];
  const classes = answer.top.map(({ label, probability }) => `${label} ${percent(probability)}`);
  const doubt = answer.inDistribution === false ? ' (possibly none of its classes)' : '';
  return [answer.file, `${classes.join(', ')}${doubt}`, answer.modelVersion, answer.milliseconds.toFixed(0)];
}
