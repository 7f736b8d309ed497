import { NativeSelect, Radio, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { preferredBackbone } from '../../lib/backbones';
import { formatWords } from '../../lib/format';
import { BackbonePicker } from './BackbonePicker';
import { DataPicker } from './DataPicker';
import type { RunForm } from './fragments';
import { planPipeline, planTransfer } from './plans';
import { StartForm } from './StartForm';
import { useSuggestedSize } from './suggested-size';

const MODES = [
  { value: 'quick', label: 'Quick' },
  { value: 'thorough', label: 'Thorough' },
  { value: 'custom', label: 'Custom' },
];

interface Props {
  readonly form: RunForm;
  /** The version chosen at first; null: the newest of the first dataset. */
  readonly versionId: string | null;
  readonly onAdded: () => unknown;
}

/** A new run: data, backbone and recipe. */
export function NewTransferRun({ form, versionId, onAdded }: Props) {
  const { datasets, backbones, builtInBackbones, pipelines, presets } = form;
  const versions = datasets.flatMap((dataset) => dataset.versions);
  const known = versions.find(({ id }) => id === versionId) ?? versions[0];
  const [datasetVersionId, setDatasetVersionId] = useState(known?.id ?? '');
  const [backbone, setBackbone] = useState(preferredBackbone(backbones, builtInBackbones));
  const [mode, setMode] = useState('quick');
  const chains = pipelines.filter(({ stages }) => stages.length > 1);
  const [chain, setChain] = useState(chains.at(-1)?.name);
  const [custom, setCustom] = useState(presets[0]?.name ?? 'STANDARD');

  const single = pipelines.find(({ stages }) => stages.length === 1);
  const pipeline = mode === 'thorough' ? chains.find(({ name }) => name === chain) : single;
  const preset = mode === 'custom' ? custom : (pipeline?.preset ?? 'STANDARD');
  const choice = { datasetVersionId, backbone, preset };
  const stages = mode === 'thorough' ? pipeline?.stages : undefined;
  const { size, loading } = useSuggestedSize(backbone);
  const plan = stages && pipeline ? planPipeline(form, choice, pipeline.name, size) : planTransfer(form, choice, size);
  return (
    <StartForm plan={plan} open={mode === 'custom'} waiting={loading}>
      <Stack>
        <DataPicker datasets={datasets} value={datasetVersionId} onChoose={setDatasetVersionId} />
        <BackbonePicker
          backbones={backbones}
          builtIn={builtInBackbones}
          value={backbone}
          onChoose={setBackbone}
          onAdded={onAdded}
        />
      </Stack>
      <Stack>
        <SegmentedControl aria-label="Recipe" data={MODES} value={mode} onChange={setMode} />
        {mode === 'quick' && <Text>{single?.description}</Text>}
        {mode === 'thorough' && (
          <Radio.Group label="Recipe" value={chain ?? ''} onChange={setChain}>
            <Stack gap="xs" mt={4}>
              {chains.map(({ name, description }) => (
                <Radio key={name} size="sm" value={name} label={name} description={description} />
              ))}
            </Stack>
          </Radio.Group>
        )}
        {stages && (
          <Text c="dimmed">
            This recipe has {stages.length} runs. They are queued together; each continues from the one before. The
            settings below are those of the first run, which the others inherit, and those that only fine-tune runs
            have; the estimate is that of the first run.
          </Text>
        )}
        {mode === 'custom' && (
          <NativeSelect
            label="Preset to start from"
            description={presets.find(({ name }) => name === custom)?.description}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            data={presets.map(({ name }) => ({ value: name, label: formatWords(name) }))}
            value={custom}
            onChange={({ currentTarget: { value } }) =>
              setCustom(presets.find(({ name }) => name === value)?.name ?? custom)
            }
          />
        )}
      </Stack>
    </StartForm>
  );
}
