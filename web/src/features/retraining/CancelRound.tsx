import { useMutation } from '@apollo/client/react';
import { isNotEmpty, useForm } from '@mantine/form';
import { useRefusal } from '../../app/me';
import { graphql } from '../../graphql';
import { HubForm } from '../../ui/HubForm';
import { ReasonField } from '../../ui/ReasonField';

const CANCEL = graphql(`
  mutation CancelRetrainingRound($input: CancelRetrainingRoundInput!) {
    cancelRetrainingRound(input: $input) { id state outcome }
  }
`);

interface Props {
  readonly model: string;
  /** Name of the rule. */
  readonly name: string;
  readonly onCanceled: () => unknown;
  readonly close: () => void;
}

/** Cancels the round in progress of a rule. */
export function CancelRound({ model, name, onCanceled, close }: Props) {
  const [cancel] = useMutation(CANCEL);
  const form = useForm({ initialValues: { reason: '' }, validate: { reason: isNotEmpty() } });
  const submit = async ({ reason }: typeof form.values): Promise<void> => {
    await cancel({ variables: { input: { model, name, reason: reason.trim() } } });
    await onCanceled();
  };
  return (
    <HubForm
      form={form}
      label={`Cancel the round of ${name}`}
      action="Cancel round"
      refusal="The round was not canceled"
      refused={useRefusal('cancelRetrainingRound')}
      onSubmit={submit}
      close={close}
    >
      <p>Its runs are canceled, too. A version that it has registered stays.</p>
      <ReasonField {...form.getInputProps('reason')} />
    </HubForm>
  );
}
