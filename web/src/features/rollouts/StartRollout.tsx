import { useMutation } from '@apollo/client/react';
import { Checkbox, NativeSelect, NumberInput, SegmentedControl } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useRefusal } from '../../app/me';
import { type Enum, graphql } from '../../graphql';
import { HubForm } from '../../ui/HubForm';
import { ReasonField } from '../../ui/ReasonField';

const START = graphql(`
  mutation StartRollout($input: StartRolloutInput!) {
    startRollout(input: $input) { id }
  }
`);

type Mode = Enum<'RolloutMode'>;

/** What each mode does, and its largest share in percent. */
const MODES: Readonly<Record<Mode, { readonly text: string; readonly most: number }>> = {
  SHADOW: {
    text: 'The version answers the photos too, for comparison. Clients see the present version only.',
    most: 100,
  },
  CANARY: { text: 'Clients get the answers of the version for this share of the photos.', most: 50 },
};

interface Props {
  readonly model: string;
  /** Names of the aliases, each with the number of the version that holds it. */
  readonly aliases: readonly { readonly name: string; readonly version: number }[];
  /** Numbers of all versions, newest first. */
  readonly versions: readonly number[];
  readonly onStarted: () => unknown;
  readonly close: () => void;
}

/** Tries a version on the traffic of an alias. */
export function StartRollout({ model, aliases, versions, onStarted, close }: Props) {
  const [start] = useMutation(START);
  const first = aliases.find(({ name }) => name === 'production') ?? aliases[0];
  const form = useForm({
    initialValues: {
      alias: first?.name ?? '',
      version: String(versions.find((number) => number !== first?.version) ?? ''),
      mode: 'SHADOW' as Mode,
      percent: 10 as number | string,
      maxErrorPoints: 2 as number | string,
      maxSlowdown: 2 as number | string,
      verdictErrorPercent: 5 as number | string,
      overrideGate: false,
      reason: '',
    },
    validate: { reason: isNotEmpty() },
  });
  const { alias, mode } = form.values;
  const holder = aliases.find(({ name }) => name === alias)?.version;
  const candidates = versions.filter((number) => number !== holder);
  const submit = async (values: typeof form.values): Promise<void> => {
    const input = {
      model,
      alias,
      mode,
      version: Number(values.version),
      share: Number(values.percent) / 100,
      maxErrorRate: Number(values.maxErrorPoints) / 100,
      maxSlowdown: Number(values.maxSlowdown),
      verdictErrorRate: Number(values.verdictErrorPercent) / 100,
      overrideGate: mode === 'CANARY' && values.overrideGate,
      reason: values.reason.trim(),
    };
    await start({ variables: { input } });
    await onStarted();
  };
  return (
    <HubForm
      form={form}
      label="New rollout"
      action="Start rollout"
      refusal="The rollout was not started"
      refused={useRefusal('startRollout')}
      ready={form.isValid() && candidates.length > 0}
      onSubmit={submit}
      close={close}
    >
      <NativeSelect label="Alias" data={aliases.map(({ name }) => name)} {...form.getInputProps('alias')} maw={240} />
      <NativeSelect
        label="Version to try"
        data={candidates.map((number) => ({ value: String(number), label: `Version ${number}` }))}
        {...form.getInputProps('version')}
        maw={240}
      />
      <div>
        <SegmentedControl
          aria-label="Mode"
          data={[
            { value: 'SHADOW', label: 'Shadow' },
            { value: 'CANARY', label: 'Canary' },
          ]}
          {...form.getInputProps('mode')}
          w="fit-content"
        />
        <p>{MODES[mode].text}</p>
      </div>
      <NumberInput
        label="Share of the photos"
        suffix="%"
        min={0}
        max={MODES[mode].most}
        {...form.getInputProps('percent')}
        maw={240}
      />
      <details>
        <summary>Bounds at which it ends by itself</summary>
        <NumberInput
          label="Errors above those of the present version"
          suffix=" points"
          min={0}
          max={100}
          {...form.getInputProps('maxErrorPoints')}
          maw={240}
          mt="xs"
        />
        <NumberInput
          label="Median time, in times that of the present version"
          suffix="×"
          min={1}
          max={1000}
          {...form.getInputProps('maxSlowdown')}
          maw={240}
          mt="xs"
        />
      </details>
      <NumberInput
        label="Error rate of the verdict"
        description="How often judged photos may call a version better or worse that is as accurate."
        suffix="%"
        min={0.1}
        max={50}
        {...form.getInputProps('verdictErrorPercent')}
        maw={240}
      />
      {mode === 'CANARY' && (
        <Checkbox
          label="Start although the gate refuses the version. This is recorded together with the reason."
          {...form.getInputProps('overrideGate', { type: 'checkbox' })}
        />
      )}
      <ReasonField {...form.getInputProps('reason')} />
    </HubForm>
  );
}
