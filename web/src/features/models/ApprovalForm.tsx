import { useMutation } from '@apollo/client/react';
import { isNotEmpty, useForm } from '@mantine/form';
import { graphql } from '../../graphql';
import { HubForm } from '../../ui/HubForm';
import { ReasonField } from '../../ui/ReasonField';

const SET_APPROVAL = graphql(`
  mutation SetApproval($model: String!, $secondPerson: Boolean!, $reason: String!) {
    setApproval(model: $model, secondPerson: $secondPerson, reason: $reason) { id name secondPerson }
  }
`);

interface Props {
  readonly model: string;
  /** Whether production will need a second person. */
  readonly secondPerson: boolean;
  readonly close: () => void;
}

/** Asks why promotions need a second person, or no longer need one. */
export function ApprovalForm({ model, secondPerson, close }: Props) {
  const [set] = useMutation(SET_APPROVAL);
  const form = useForm({ initialValues: { reason: '' }, validate: { reason: isNotEmpty() } });
  return (
    <HubForm
      form={form}
      label="Second person"
      action={secondPerson ? 'Require a second person' : 'Stop requiring a second person'}
      refusal="Not changed"
      onSubmit={({ reason }) => set({ variables: { model, secondPerson, reason: reason.trim() } }).then(close)}
      close={close}
    >
      <ReasonField {...form.getInputProps('reason')} />
    </HubForm>
  );
}
