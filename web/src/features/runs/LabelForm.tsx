import { useApolloClient } from '@apollo/client/react';
import { Box, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { graphql } from '../../graphql';
import { HubForm } from '../../ui/HubForm';

const UPDATE = graphql(`
  mutation UpdateRun($input: UpdateRunInput!) {
    updateRun(input: $input) { id name note }
  }
`);

interface Props {
  readonly id: string;
  readonly name: string | null;
  readonly note: string | null;
  readonly close: () => void;
}

/** Changes the name and the note of a run. Closes once they are saved. */
export function LabelForm({ id, name, note, close }: Props) {
  const client = useApolloClient();
  const form = useForm({ initialValues: { name: name ?? '', note: note ?? '' } });
  const save = async (values: { readonly name: string; readonly note: string }): Promise<void> => {
    await client.mutate({ mutation: UPDATE, variables: { input: { id, ...values } } });
    close();
  };
  return (
    <Box maw={720} pb="xs">
      <HubForm form={form} label="Name and note" action="Save" close={close} onSubmit={save}>
        <TextInput label="Name" maxLength={100} {...form.getInputProps('name')} autoFocus />
        <Textarea label="Note" maxLength={2000} rows={4} {...form.getInputProps('note')} />
      </HubForm>
    </Box>
  );
}
