import { useMutation, useQuery } from '@apollo/client/react';
import { Checkbox, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useRefusal } from '../../app/me';
import { type Enum, graphql } from '../../graphql';
import { HubForm } from '../../ui/HubForm';
import { ReasonField } from '../../ui/ReasonField';
import { ACTIONS, MODES, shownThreshold, TRIGGERS } from './rule-text';

const PIPELINES = graphql(`
  query RulePipelines {
    pipelines { name description }
    builtInBackbones { name }
    backbones { id name }
  }
`);

const SAVE = graphql(`
  mutation SaveRetrainingRule($input: SaveRetrainingRuleInput!) {
    saveRetrainingRule(input: $input) { id }
  }
`);

/** The settings of a rule that a form starts with. */
export interface RuleSettings {
  readonly name: string;
  readonly mode: Enum<'RuleMode'>;
  readonly trigger: Enum<'RuleTrigger'>;
  readonly threshold: number;
  readonly days: number;
  readonly addJudged: boolean;
  readonly pipeline: string;
  readonly backbone: string | null;
  readonly imageSize: number | null;
  readonly startsPerWeek: number;
  readonly hoursPerWeek: number | null;
  readonly action: Enum<'RuleAction'>;
}

const NEW: RuleSettings = {
  ...{ name: '', mode: 'DRY_RUN', trigger: 'JUDGED_PHOTOS', threshold: TRIGGERS.JUDGED_PHOTOS.usual, days: 30 },
  ...{ addJudged: true, pipeline: 'best', backbone: null, imageSize: null, startsPerWeek: 1, hoursPerWeek: null },
  action: 'REGISTER',
};

interface Props {
  readonly model: string;
  /** The rule to change; null for a new one. */
  readonly rule: RuleSettings | null;
  readonly onSaved: () => unknown;
  readonly close: () => void;
}

/** Makes or changes a rule that starts training by itself. */
export function RuleForm({ model, rule, onSaved, close }: Props) {
  const [save] = useMutation(SAVE);
  const offered = useQuery(PIPELINES).data;
  const start = settingsOf(rule ?? NEW);
  const form = useForm({
    initialValues: {
      ...start,
      threshold: shownThreshold(start.trigger, start.threshold) as number | string,
      backbone: start.backbone ?? '',
      days: start.days as number | string,
      imageSize: (start.imageSize ?? '') as number | string,
      startsPerWeek: start.startsPerWeek as number | string,
      hoursPerWeek: (start.hoursPerWeek ?? '') as number | string,
      reason: '',
    },
    validate: { name: isNotEmpty(), threshold: isNotEmpty(), reason: isNotEmpty() },
  });
  const { trigger, pipeline } = form.values;
  const described = offered?.pipelines.find(({ name }) => name === pipeline)?.description;
  const backbones = [...(offered?.builtInBackbones ?? []), ...(offered?.backbones ?? [])].map(({ name }) => name);
  const submit = async (values: typeof form.values): Promise<void> => {
    const { reason, backbone, threshold, days, imageSize, startsPerWeek, hoursPerWeek, ...given } = values;
    const input = {
      ...{ model, ...given, threshold: Number(threshold) / TRIGGERS[trigger].scale, days: Number(days) },
      ...{ backbone: backbone === '' ? null : backbone, imageSize: imageSize === '' ? null : Number(imageSize) },
      ...{ startsPerWeek: Number(startsPerWeek), hoursPerWeek: hoursPerWeek === '' ? null : Number(hoursPerWeek) },
      reason: reason.trim(),
    };
    await save({ variables: { input } });
    await onSaved();
  };
  return (
    <HubForm
      form={form}
      label={rule ? `Rule ${rule.name}` : 'New rule'}
      action="Save rule"
      refusal="The rule was not saved"
      refused={useRefusal('saveRetrainingRule')}
      onSubmit={submit}
      close={close}
    >
      {rule === null && (
        <TextInput
          label="Name"
          description="Lower-case letters, digits, dots and dashes. The audit log names the rule."
          required
          {...form.getInputProps('name')}
          maw={320}
        />
      )}
      <NativeSelect label="Mode" data={options(MODES)} {...form.getInputProps('mode')} maw={240} />
      <NativeSelect
        label="Waits for"
        data={Object.entries(TRIGGERS).map(([value, { name }]) => ({ value, label: name }))}
        {...form.getInputProps('trigger')}
        onChange={({ currentTarget }) => {
          const chosen = currentTarget.value as Enum<'RuleTrigger'>;
          form.setValues({ trigger: chosen, threshold: TRIGGERS[chosen].usual });
        }}
        maw={320}
      />
      <NumberInput
        label={TRIGGERS[trigger].threshold}
        suffix={TRIGGERS[trigger].unit}
        min={0}
        {...form.getInputProps('threshold')}
        maw={320}
      />
      {(trigger === 'DRIFT' || trigger === 'ACCURACY') && (
        <NumberInput
          label="Answers of the last"
          suffix=" days"
          min={1}
          max={365}
          {...form.getInputProps('days')}
          maw={240}
        />
      )}
      <Checkbox
        label="Add judged photos to the newest version of the dataset first"
        {...form.getInputProps('addJudged', { type: 'checkbox' })}
      />
      <NativeSelect
        label="Pipeline"
        description={described}
        data={offered?.pipelines.map(({ name }) => name) ?? [pipeline]}
        {...form.getInputProps('pipeline')}
        maw={320}
      />
      <NativeSelect
        label="Then"
        description="A promotion waits for a second person where the model needs one."
        data={options(ACTIONS)}
        {...form.getInputProps('action')}
        maw={360}
      />
      <NumberInput label="Most rounds in 7 days" min={1} max={100} {...form.getInputProps('startsPerWeek')} maw={240} />
      <details>
        <summary>Backbone, image size and hours</summary>
        <NativeSelect
          label="Backbone"
          data={[{ value: '', label: 'That of the version in production' }, ...new Set(backbones)]}
          {...form.getInputProps('backbone')}
          maw={320}
          mt="xs"
        />
        <NumberInput
          label="Image size"
          placeholder="That of the version in production"
          suffix=" px"
          {...form.getInputProps('imageSize')}
          maw={320}
          mt="xs"
        />
        <NumberInput
          label="Start nothing once the runs of 7 days took"
          placeholder="No bound"
          suffix=" hours"
          min={0.1}
          max={168}
          {...form.getInputProps('hoursPerWeek')}
          maw={320}
          mt="xs"
        />
      </details>
      <ReasonField {...form.getInputProps('reason')} />
    </HubForm>
  );
}

/** Only the settings, which is what the form sends. */
function settingsOf({ name, mode, trigger, threshold, days, addJudged, pipeline, action, ...rest }: RuleSettings) {
  const { backbone, imageSize, startsPerWeek, hoursPerWeek } = rest;
  const start = { name, mode, trigger, threshold, days, addJudged, pipeline, action };
  return { ...start, backbone, imageSize, startsPerWeek, hoursPerWeek };
}

const options = (names: Readonly<Record<string, string>>): { value: string; label: string }[] =>
  Object.entries(names).map(([value, label]) => ({ value, label }));
