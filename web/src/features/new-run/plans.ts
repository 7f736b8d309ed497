import type { ApolloClient } from '@apollo/client';
import { graphql, type Operation, type VariablesOf } from '../../graphql';
import type { Values } from '../recipe/recipe';
import type { Asked } from './Estimate';
import type { FormBase, RunForm } from './fragments';
import type { RecipeField } from './RecipeFields';

const START_TRANSFER = graphql(`
  mutation StartTransfer($input: StartTransferRunInput!) {
    started: startTransferRun(input: $input) { id }
  }
`);

const START_FINE_TUNE = graphql(`
  mutation StartFineTune($input: StartFineTuneRunInput!) {
    started: startFineTuneRun(input: $input) { id }
  }
`);

const START_PIPELINE = graphql(`
  mutation StartPipeline($input: StartPipelineInput!) {
    started: startPipeline(input: $input) { id }
  }
`);

const CLONE = graphql(`
  mutation CloneRun($input: CloneRunInput!) {
    started: cloneRun(input: $input) { id }
  }
`);

type TransferInput = VariablesOf<typeof START_TRANSFER>['input'];
type PipelineInput = VariablesOf<typeof START_PIPELINE>['input'];
type FineTuneInput = VariablesOf<typeof START_FINE_TUNE>['input'];
type RecipeInput = NonNullable<TransferInput['recipe']>;
type SplitLayer = NonNullable<FineTuneInput['fineTuneFrom']>;

/** The name of a run or sweep, and a note about it; empty texts for none. */
export interface RunLabel {
  readonly name: string;
  readonly note: string;
}
export const NO_LABEL: RunLabel = { name: '', note: '' };

/** The run or runs that a form starts, apart from the typed hyperparameters. */
export interface Plan {
  /** The operation that starts it. */
  readonly needs: Operation;
  readonly fields: readonly RecipeField[];
  /** Starts it. @returns the ID of the first run. */
  readonly start: (client: ApolloClient, changes: Values, label: RunLabel) => Promise<string>;
  /** ID of the data, and the recipe without changes. */
  readonly datasetVersionId: string;
  readonly base: Values;
  /** The run to estimate. */
  readonly asked: (changes: Values) => Asked;
}

type Choice = Pick<TransferInput, 'datasetVersionId' | 'backbone'> & {
  readonly preset: RunForm['presets'][number]['name'];
};

/**
 * A new head on a frozen backbone.
 * @param suggestedImageSize side of images for the backbone, where the preset has none of its own.
 */
export function planTransfer(form: RunForm, choice: Choice, suggestedImageSize: number | null): Plan {
  const preset: Values = form.presets.find(({ name }) => name === choice.preset)?.recipe ?? {};
  const usual = form.hyperparameters.find(({ name }) => name === 'imageSize')?.default;
  const suggested = suggestedImageSize !== null && preset.imageSize === usual ? { imageSize: suggestedImageSize } : {};
  const base = { ...preset, ...suggested };
  const input = (changes: Values): TransferInput => ({
    ...choice,
    recipe: { ...suggested, ...changes } as RecipeInput,
  });
  return {
    needs: 'startTransferRun',
    fields: fieldsOf(form, 'TRANSFER', base),
    datasetVersionId: choice.datasetVersionId,
    base,
    asked: (changes) => ({ kind: 'TRANSFER', input: input(changes) }),
    async start(client, changes, label) {
      const { data } = await client.mutate({
        mutation: START_TRANSFER,
        variables: { input: { ...input(changes), ...label } },
      });
      return idOf(data?.started);
    },
  };
}

/**
 * All runs of a pipeline; the hyperparameters are those of the first, which the others inherit, and those that only the others
 * have.
 */
export function planPipeline(form: RunForm, choice: Choice, pipeline: string, suggestedImageSize: number | null): Plan {
  const { datasetVersionId, backbone } = choice;
  const first = planTransfer(form, choice, suggestedImageSize);
  const later = form.hyperparameters
    .filter(({ name, runKinds }) => !runKinds.includes('TRANSFER') && name !== 'splitLayer')
    .map((about) => ({ ...about, base: about.default }));
  const isOfFirst = ([name]: readonly [string, unknown]): boolean => first.fields.some((field) => field.name === name);
  return {
    ...first,
    fields: [...first.fields, ...later],
    needs: 'startPipeline',
    asked: (changes) => first.asked(Object.fromEntries(Object.entries(changes).filter(isOfFirst))),
    async start(client, changes, label) {
      const { imageSize } = first.base;
      const recipe = { imageSize, ...changes } as NonNullable<PipelineInput['recipe']>;
      const input = { datasetVersionId, backbone, pipeline, recipe, ...label };
      const { data } = await client.mutate({ mutation: START_PIPELINE, variables: { input } });
      return idOf(data?.started[0]);
    },
  };
}

/** A run that continues from the weights of another one. */
export function planFineTune(form: RunForm, parent: FormBase): Plan {
  const defaults = form.hyperparameters.flatMap(({ name, fineTuneDefault }) =>
    fineTuneDefault === null ? [] : [[name, fineTuneDefault] as const],
  );
  const { firstTrainedLayers, fineTuneFrom } = parent.architecture;
  const base = { ...parent.recipe, ...Object.fromEntries(defaults), splitLayer: fineTuneFrom };
  const input = (changes: Values): FineTuneInput => fineTuneInput(parent.id, changes);
  return {
    needs: 'startFineTuneRun',
    fields: fieldsOf(form, 'FINE_TUNE', base, firstTrainedLayers),
    datasetVersionId: parent.datasetVersion.id,
    base,
    asked: (changes) => ({ kind: 'FINE_TUNE', input: input(changes) }),
    async start(client, changes, label) {
      const { data } = await client.mutate({
        mutation: START_FINE_TUNE,
        variables: { input: { ...input(changes), ...label } },
      });
      return idOf(data?.started);
    },
  };
}

/** The same run with changes. */
export function planClone(form: RunForm, run: FormBase): Plan {
  const fields = fieldsOf(form, run.kind, run.recipe, run.architecture.firstTrainedLayers);
  const whole = Object.fromEntries(fields.map(({ name, base }) => [name, base]));
  return {
    needs: 'cloneRun',
    fields,
    datasetVersionId: run.datasetVersion.id,
    base: run.recipe,
    asked(changes) {
      const recipe = { ...whole, ...changes };
      if (run.kind === 'FINE_TUNE' && run.parentRunId) {
        return { kind: 'FINE_TUNE', input: fineTuneInput(run.parentRunId, recipe) };
      }
      const { datasetVersion, backboneName: backbone } = run;
      return {
        kind: 'TRANSFER',
        input: { datasetVersionId: datasetVersion.id, backbone, recipe: recipe as RecipeInput },
      };
    },
    async start(client, { splitLayer, ...recipe }, label) {
      const input = {
        id: run.id,
        ...label,
        recipe: recipe as RecipeInput,
        ...(splitLayer ? { fineTuneFrom: splitLayer as SplitLayer } : {}),
      };
      const { data } = await client.mutate({ mutation: CLONE, variables: { input } });
      return idOf(data?.started);
    },
  };
}

function fineTuneInput(parentRunId: string, { splitLayer, ...recipe }: Values): FineTuneInput {
  return { parentRunId, ...(splitLayer ? { fineTuneFrom: splitLayer as SplitLayer } : {}), ...recipe };
}

/** @param firstTrainedLayers the layers to choose from; a transfer run has no such field. */
function fieldsOf(
  form: RunForm,
  kind: FormBase['kind'],
  base: Values,
  firstTrainedLayers: readonly string[] = [],
): RecipeField[] {
  return form.hyperparameters
    .filter(({ runKinds }) => runKinds.includes(kind))
    .map((about) => ({
      ...about,
      choices: about.name === 'splitLayer' ? firstTrainedLayers : about.choices,
      base: base[about.name],
    }));
}

function idOf(started: { readonly id: string } | null | undefined): string {
  if (!started) throw new Error('The hub started no run and gave no reason.');
  return started.id;
}
