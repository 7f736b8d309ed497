import { useMutation } from '@apollo/client/react';
import { Checkbox, NativeSelect, NumberInput, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useRefusal } from '../../app/me';
import { type Enum, graphql } from '../../graphql';
import { preferredBackbone } from '../../lib/backbones';
import { formatCount, formatWords } from '../../lib/format';
import { checkForm, type Typed, wrongFields } from '../../lib/run-form';
import { urls } from '../../lib/urls';
import { HubForm } from '../../ui/HubForm';
import { BackbonePicker } from '../new-run/BackbonePicker';
import { DataPicker } from '../new-run/DataPicker';
import type { FormBase, RunForm } from '../new-run/fragments';
import { LabelFields } from '../new-run/LabelFields';
import classes from '../new-run/NewRun.module.css';
import { NO_LABEL, planClone, planTransfer } from '../new-run/plans';
import { RecipeFields } from '../new-run/RecipeFields';
import { RunLink } from '../runs/RunLink';
import { ParameterRows } from './ParameterRows';
import { FIRST_ROW, type ParameterRow, readRows } from './parameter-rows';

const START = graphql(`
  mutation StartSweep($input: StartSweepInput!) {
    startSweep(input: $input) { id }
  }
`);

interface Props {
  readonly form: RunForm;
  /** The run whose data, backbone and recipe the trials share; null to choose them. */
  readonly run: FormBase | null;
  /** Called after a backbone was added. */
  readonly onAdded: () => unknown;
}

/** A sweep: what all trials share, and what they differ in. */
export function NewSweep({ form: hub, run, onAdded }: Props) {
  const navigate = useNavigate();
  const [start] = useMutation(START);
  const versions = hub.datasets.flatMap((dataset) => dataset.versions);
  const form = useForm({
    initialValues: {
      datasetVersionId: versions[0]?.id ?? '',
      backbone: preferredBackbone(hub.backbones, hub.builtInBackbones),
      preset: (hub.presets[0]?.name ?? 'STANDARD') as Enum<'Preset'>,
      method: 'GRID' as Enum<'SweepMethod'>,
      metric: 'VALIDATION_ACCURACY' as Enum<'SweepMetric'>,
      runs: 20 as number | string,
      seed: 1 as number | string,
      stopEarly: true,
    },
  });
  const { datasetVersionId, backbone, preset, method, metric, runs, seed, stopEarly } = form.values;
  const [label, setLabel] = useState(NO_LABEL);
  const [rows, setRows] = useState<readonly ParameterRow[]>([FIRST_ROW]);
  const plan = run ? planClone(hub, run) : planTransfer(hub, { datasetVersionId, backbone, preset }, null);
  const settings = useForm<Typed>({
    initialValues: {},
    validateInputOnBlur: true,
    validate: (typed) => checkForm(plan.fields, typed).problems,
  });
  const checked = checkForm(plan.fields, settings.values);
  const { changes } = checked;
  const wrong = wrongFields(checked);
  const sweepable = hub.hyperparameters.filter(
    ({ fixedInSweeps, runKinds }) => fixedInSweeps === null && runKinds.includes('TRANSFER'),
  );
  const space = readRows(sweepable, rows, method);
  const base = plan.asked(changes);
  const submit = async (): Promise<void> => {
    if (!('parameters' in space) || base.kind !== 'TRANSFER') return;
    const input = {
      base: { ...base.input, ...label },
      parameters: space.parameters,
      method,
      metric,
      stopEarly,
      seed: Number(seed),
      runs: method === 'RANDOM' ? Number(runs) : null,
    };
    const { data } = await start({ variables: { input } });
    if (data) void navigate(urls.sweep(data.startSweep.id));
  };
  return (
    <div className={classes.form}>
      <HubForm
        form={form}
        action="Start"
        refusal="The sweep was not started"
        refused={useRefusal('startSweep')}
        ready={'parameters' in space && wrong === ''}
        onSubmit={submit}
      >
        <LabelFields of="sweep" label={label} onChange={setLabel} />
        <Title order={2}>Common settings</Title>
        {run ? (
          <Text>
            {run.datasetVersion.dataset} {run.datasetVersion.number} on {run.backboneName}, with the recipe of{' '}
            <RunLink id={run.id} />
          </Text>
        ) : (
          <div className={classes.choices}>
            <Stack>
              <DataPicker
                datasets={hub.datasets}
                value={datasetVersionId}
                onChoose={(id) => form.setFieldValue('datasetVersionId', id)}
              />
              <NativeSelect
                label="Preset"
                description={hub.presets.find(({ name }) => name === preset)?.description}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                data={hub.presets.map(({ name }) => ({ value: name, label: formatWords(name) }))}
                {...form.getInputProps('preset')}
              />
            </Stack>
            <BackbonePicker
              backbones={hub.backbones}
              builtIn={hub.builtInBackbones}
              value={backbone}
              onChoose={(name) => form.setFieldValue('backbone', name)}
              onAdded={onAdded}
            />
          </div>
        )}
        <details className={classes.advanced}>
          <summary>Hyperparameters of all trials</summary>
          <RecipeFields fields={plan.fields} form={settings} />
        </details>
        <Title order={2}>Search space</Title>
        <SegmentedControl
          aria-label="Method"
          data={[
            { value: 'GRID', label: 'Every combination' },
            { value: 'RANDOM', label: 'Random draws' },
          ]}
          {...form.getInputProps('method')}
          w="fit-content"
          maw="100%"
        />
        <ParameterRows about={sweepable} rows={rows} method={method} onChange={setRows} />
        {method === 'RANDOM' && (
          <>
            <NumberInput label="Trials" min={1} max={1000} {...form.getInputProps('runs')} maw={160} />
            <NumberInput label="Random seed" min={0} {...form.getInputProps('seed')} maw={160} />
          </>
        )}
        <NativeSelect
          label="Ranked by"
          data={[
            { value: 'VALIDATION_ACCURACY', label: 'Validation accuracy' },
            { value: 'VALIDATION_LOSS', label: 'Validation loss' },
          ]}
          {...form.getInputProps('metric')}
          maw={240}
        />
        <Checkbox
          label="Stop trials early that are worse than the median of the others"
          {...form.getInputProps('stopEarly', { type: 'checkbox' })}
        />
        <Text role="status" c="dimmed">
          {wrong !== '' && `Correct ${wrong}. `}
          {'problem' in space
            ? space.problem
            : `${formatCount(method === 'GRID' ? space.combinations : Number(runs))} trials. The best becomes a run.`}
        </Text>
      </HubForm>
    </div>
  );
}
