import { useMutation } from '@apollo/client/react';
import { isNotEmpty, useForm } from '@mantine/form';
import { useRefusal } from '../../app/me';
import { graphql } from '../../graphql';
import { HubForm } from '../../ui/HubForm';
import { ReasonField } from '../../ui/ReasonField';

const DELETE = graphql(`
  mutation DeleteRetrainingRule($input: DeleteRetrainingRuleInput!) {
    deleteRetrainingRule(input: $input)
  }
`);

interface Props {
  readonly model: string;
  readonly name: string;
  readonly onDeleted: () => unknown;
  readonly close: () => void;
}

/** Deletes a rule with its history. */
export function RemoveRule({ model, name, onDeleted, close }: Props) {
  const [remove] = useMutation(DELETE);
  const form = useForm({ initialValues: { reason: '' }, validate: { reason: isNotEmpty() } });
  const submit = async ({ reason }: typeof form.values): Promise<void> => {
    await remove({ variables: { input: { model, name, reason: reason.trim() } } });
    await onDeleted();
  };
  return (
    <HubForm
      form={form}
      label={`Delete the rule ${name}`}
      action={`Delete ${name}`}
      refusal="The rule was not deleted"
      refused={useRefusal('deleteRetrainingRule')}
      onSubmit={submit}
      close={close}
    >
      <p>The rule and its history are deleted. Runs that it started continue.</p>
      <ReasonField {...form.getInputProps('reason')} />
    </HubForm>
  );
}
