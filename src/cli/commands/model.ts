import { Argument, type Command, Option } from 'commander';
import { HubError } from '../../errors.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { maybe, moment, percent, short, shortId } from '../format.js';
import { wholeNumber } from '../numbers.js';
import { fields, print, sections, table } from '../output.js';
import { MODEL, MODELS, type ModelVersion, REGISTER_MODEL_VERSION, SET_SERVING_PRECISION } from '../requests/model.js';
import { addGate } from './gate.js';
import { addExport, addImport } from './model-files.js';
import { addImports } from './model-imports.js';
import { addRemoval } from './model-removal.js';

interface ListOptions extends ConnectionOptions {
  readonly archived?: true;
}

/** Choices of a runtime, and their names in the API. */
const RUNTIMES = { auto: 'AUTO', onnx: 'ONNX_RUNTIME', openvino: 'OPENVINO' } as const;

interface PrecisionOptions extends ConnectionOptions {
  readonly runtime: keyof typeof RUNTIMES;
}

export function modelCommand(program: Command): void {
  const model = program.command('model').description('Models, their versions and aliases.');

  withConnection(
    model.command('list').description('List the models.').option('--archived', 'list archived models and versions too'),
  ).action(async (options: ListOptions) => {
    const { archived = false } = options;
    const { models } = await (await connect(options)).request(MODELS, { archived });
    print(options, { models }, () =>
      table(
        ['model', ' versions', 'aliases'],
        models.map(({ name, versions, aliases, archivedAt }) => {
          const pointers = aliases.map((alias) => `${alias.name} ${alias.version.number}`);
          return [name, versions.length, archivedAt === null ? pointers.join(', ') : 'archived'];
        }),
      ),
    );
  });

  withConnection(
    model
      .command('show')
      .description('Show a model: its versions, and the moves and removals of its aliases.')
      .argument('<model>', 'its name')
      .option('--archived', 'show archived versions too'),
  ).action(async (name: string, options: ListOptions) => {
    const { archived = false } = options;
    const { model: found } = await (await connect(options)).request(MODEL, { name, archived });
    if (!found) throw new HubError('NOT_FOUND', `There is no model named ${name}: "hub model list" lists them.`);
    print(options, { model: found }, () =>
      sections(
        found.archivedAt === null ? '' : `The model is archived since ${moment(found.archivedAt)}.`,
        table(
          [' version', ' test accuracy', 'measured on', 'aliases', 'run', 'owner', 'registered'],
          found.versions.map((version) => [
            version.number,
            percent(version.testAccuracy),
            `${version.datasetVersion.dataset} ${version.datasetVersion.number}`,
            version.archivedAt === null ? version.aliases.join(', ') : 'archived',
            maybe(version.runId, shortId),
            version.owner?.name,
            moment(version.createdAt),
          ]),
        ),
        table(
          [' version', 'backbone', 'architecture', 'head'],
          found.versions.map(({ number, backbone, head }) => [
            number,
            backbone.name,
            backbone.architecture,
            head.join(' > '),
          ]),
        ),
        table(
          [' version', 'serves with', ' accuracy INT8', ' ms INT8', ' ms FP32', 'reason'],
          found.versions.map(({ number, serving }) => [number, ...servingCells(serving)]),
        ),
        table(
          [' version', ' temperature', ' calibration error before', ' after', 'not calibrated'],
          found.versions.map(({ number, calibration, notCalibrated }) => [
            number,
            maybe(calibration?.temperature ?? null, (value) => value.toFixed(2)),
            ...[calibration?.eceBefore, calibration?.eceAfter].map((value) => maybe(value ?? null, percent)),
            notCalibrated,
          ]),
        ),
        found.aliasEvents.length === 0
          ? ''
          : table(
              ['when', 'alias', ' from', ' to', 'precision', 'runtime', 'actor', 'gate', 'reason'],
              found.aliasEvents.map(({ createdAt, alias, from, to, precision, runtime, actor, reason, ...gate }) => [
                ...[moment(createdAt), alias, from, to ?? 'removed', precision, runtime, actor],
                ...[to === null ? 'not asked (removal)' : gateText(gate), reason],
              ]),
            ),
      ),
    );
  });

  withConnection(
    model
      .command('register')
      .description('Register the weights of a run as a version of a model.')
      .argument('<model>', 'name of the model; created if it does not exist')
      .argument('<run>', 'id of a run that has succeeded'),
  ).action(async (name: string, runId: string, options: ConnectionOptions) => {
    const client = await connect(options);
    const { registerModelVersion: version } = await client.request(REGISTER_MODEL_VERSION, { runId, model: name });
    print(options, { modelVersion: version }, () =>
      fields({ model: version.model, version: version.number, 'test accuracy': percent(version.testAccuracy) }),
    );
  });

  withConnection(
    model
      .command('precision')
      .description('Set the precision a version serves with, or let the figures decide.')
      .argument('<model>', 'name of the model')
      .argument('<version>', 'number of the version', wholeNumber)
      .addArgument(
        new Argument('<precision>', 'auto lets the measured accuracy and speed decide').choices([
          'auto',
          'fp32',
          'bf16',
          'int8',
        ]),
      )
      .addOption(
        new Option('--runtime <runtime>', 'auto lets the measured speed decide')
          .choices(Object.keys(RUNTIMES))
          .default('auto'),
      ),
  ).action(
    async (name: string, version: number, choice: 'auto' | 'fp32' | 'bf16' | 'int8', options: PrecisionOptions) => {
      const client = await connect(options);
      const precision = choice.toUpperCase() as Uppercase<typeof choice>;
      const runtime = RUNTIMES[options.runtime];
      const { setServingPrecision: changed } = await client.request(SET_SERVING_PRECISION, {
        input: { model: name, version, precision, runtime },
      });
      const { serving } = changed;
      const form = formText(serving);
      print(options, { modelVersion: changed }, () =>
        fields({ model: name, version, 'serves with': form, reason: serving.reason }),
      );
    },
  );
  addGate(model);
  addExport(model);
  addImport(model);
  addImports(model);
  addRemoval(model);
}

/** The form of a version: "INT8", "INT8 OPENVINO". */
function formText({ precision, runtime }: Pick<ModelVersion['serving'], 'precision' | 'runtime'>): string {
  return runtime === 'OPENVINO' ? `${precision} ${runtime}` : precision;
}

/** What the gate had to do with a move. */
function gateText({ rollback, overridden }: { rollback: boolean; overridden: boolean }): string {
  if (rollback) return 'not asked (rollback)';
  return overridden ? 'overridden' : 'passed';
}

function servingCells({
  readyAt,
  precision,
  runtime,
  int8Accuracy,
  int8Milliseconds,
  fp32Milliseconds,
  reason,
}: ModelVersion['serving']) {
  const figures = [maybe(int8Accuracy, percent), maybe(int8Milliseconds, short), maybe(fp32Milliseconds, short)];
  return [readyAt === null ? 'not ready' : formText({ precision, runtime }), ...figures, reason];
}
