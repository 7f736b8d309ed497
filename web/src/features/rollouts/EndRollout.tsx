import { useMutation } from '@apollo/client/react';
import { Checkbox } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { type Enum, graphql } from '../../graphql';
import { HubForm } from '../../ui/HubForm';
import { ReasonField } from '../../ui/ReasonField';

const END = graphql(`
  mutation EndRollout($input: EndRolloutInput!) {
    endRollout(input: $input) { id state }
  }
`);

interface Props {
  readonly model: string;
  readonly alias: string;
  readonly outcome: Enum<'RolloutOutcome'>;
  readonly onEnded: () => unknown;
  readonly close: () => void;
}

/** Ends a rollout: promotes the version, or leaves the alias where it is. */
export function EndRollout({ model, alias, outcome, onEnded, close }: Props) {
  const [end] = useMutation(END);
  const form = useForm({
    initialValues: { reason: '', overrideGate: false },
    validate: { reason: isNotEmpty() },
  });
  const promotes = outcome === 'PROMOTE';
  const submit = async ({ reason, overrideGate }: typeof form.values): Promise<void> => {
    await end({ variables: { input: { model, alias, outcome, overrideGate, reason: reason.trim() } } });
    await onEnded();
  };
  return (
    <HubForm
      form={form}
      label="End of the rollout"
      action={promotes ? 'Promote the version' : 'End without promoting'}
      refusal="The rollout was not ended"
      onSubmit={submit}
      close={close}
    >
      <ReasonField {...form.getInputProps('reason')} />
      {promotes && (
        <Checkbox
          label="Promote although the gate refuses. This is recorded together with the reason."
          {...form.getInputProps('overrideGate', { type: 'checkbox' })}
        />
      )}
    </HubForm>
  );
}
