import type { ApolloClient } from '@apollo/client';
import { graphql, type VariablesOf } from '../../graphql';
import { writeValue } from '../../lib/hyperparameter';
import type { Typed } from '../../lib/run-form';
import { type Stage, stageTag } from '../../lib/stage';
import type { Values } from '../recipe/recipe';
import { TAG } from '../runs/run-actions';
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

const CLONE = graphql(`
  mutation CloneRun($input: CloneRunInput!) {
    started: cloneRun(input: $input) { id }
  }
`);

type TransferInput = VariablesOf<typeof START_TRANSFER>['input'];
type FineTuneInput = VariablesOf<typeof START_FINE_TUNE>['input'];
type RecipeInput = NonNullable<TransferInput['recipe']>;
type SplitLayer = NonNullable<FineTuneInput['fineTuneFrom']>;

/** The run that a form starts, apart from the typed hyperparameters. */
export interface Plan {
  readonly fields: readonly RecipeField[];
  /** Starts the run. @returns its ID. */
  readonly start: (client: ApolloClient, changes: Values) => Promise<string>;
  /** The run to estimate. */
  readonly asked: (changes: Values) => Asked;
}

/** A new head on a frozen backbone. @param stage of the pipeline that it starts. */
export function planTransfer(
  form: RunForm,
  choice: Pick<TransferInput, 'datasetVersionId' | 'backbone'> & {
    readonly preset: RunForm['presets'][number]['name'];
  },
  stage: Stage | null,
): Plan {
  const base: Values = form.presets.find(({ name }) => name === choice.preset)?.recipe ?? {};
  const input = (changes: Values): TransferInput => ({ ...choice, recipe: changes as RecipeInput });
  return {
    fields: fieldsOf(form, 'TRANSFER', base),
    asked: (changes) => ({ kind: 'TRANSFER', input: input(changes) }),
    async start(client, changes) {
      const { data } = await client.mutate({ mutation: START_TRANSFER, variables: { input: input(changes) } });
      return tagged(client, data?.started.id, stage);
    },
  };
}

/** A run that continues from the weights of another one. */
export function planFineTune(form: RunForm, parent: FormBase, stage: Stage | null): Plan {
  const defaults = form.hyperparameters.flatMap(({ name, fineTuneDefault }) =>
    fineTuneDefault === null ? [] : [[name, fineTuneDefault] as const],
  );
  const base = { ...parent.recipe, ...Object.fromEntries(defaults) };
  const input = (changes: Values): FineTuneInput => fineTuneInput(parent.id, changes);
  return {
    fields: fieldsOf(form, 'FINE_TUNE', base),
    asked: (changes) => ({ kind: 'FINE_TUNE', input: input(changes) }),
    async start(client, changes) {
      const { data } = await client.mutate({ mutation: START_FINE_TUNE, variables: { input: input(changes) } });
      return tagged(client, data?.started.id, stage);
    },
  };
}

/** The same run with changes. */
export function planClone(form: RunForm, run: FormBase): Plan {
  const fields = fieldsOf(form, run.kind, run.recipe);
  const whole = Object.fromEntries(fields.map(({ name, base }) => [name, base]));
  return {
    fields,
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
    async start(client, { splitLayer, ...recipe }) {
      const input = {
        id: run.id,
        recipe: recipe as RecipeInput,
        ...(splitLayer ? { fineTuneFrom: splitLayer as SplitLayer } : {}),
      };
      const { data } = await client.mutate({ mutation: CLONE, variables: { input } });
      return tagged(client, data?.started.id, null);
    },
  };
}

/** The changes of a pipeline's stage as texts of the form. */
export function typedOf(changes: Values): Typed {
  return Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [name === 'fineTuneFrom' ? 'splitLayer' : name, writeValue(value)]),
  );
}

function fineTuneInput(parentRunId: string, { splitLayer, ...recipe }: Values): FineTuneInput {
  return { parentRunId, ...(splitLayer ? { fineTuneFrom: splitLayer as SplitLayer } : {}), ...recipe };
}

function fieldsOf(form: RunForm, kind: FormBase['kind'], base: Values): RecipeField[] {
  return form.hyperparameters
    .filter(({ runKinds }) => runKinds.includes(kind))
    .map((about) => ({
      ...about,
      choices: about.choices.filter((choice) => choice !== 'avg_pool'), // only the head follows it
      base: base[about.name],
    }));
}

async function tagged(client: ApolloClient, id: string | undefined, stage: Stage | null): Promise<string> {
  if (id === undefined) throw new Error('The hub started no run and gave no reason.');
  if (stage) await client.mutate({ mutation: TAG, variables: { id, tags: [stageTag(stage)] } });
  return id;
}
