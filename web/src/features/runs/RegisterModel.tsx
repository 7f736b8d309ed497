import { useApolloClient, useQuery } from '@apollo/client/react';
import { Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, useId, useState } from 'react';
import { useNavigate } from 'react-router';
import { graphql } from '../../graphql';
import { urls } from '../../lib/urls';
import { useTask } from '../../ui/useTask';

const MODELS = graphql(`
  query ModelNames {
    models { id name }
  }
`);

const REGISTER = graphql(`
  mutation RegisterModelVersion($input: RegisterModelVersionInput!) {
    registerModelVersion(input: $input) { id model number }
  }
`);

/** Makes a model version of what a run came to, and goes to its model. */
export function RegisterModel({ runId, close }: { readonly runId: string; readonly close: () => void }) {
  const client = useApolloClient();
  const navigate = useNavigate();
  const { data } = useQuery(MODELS);
  const [model, setModel] = useState('');
  const { busy, problem, run } = useTask();
  const known = useId();
  const register = async (): Promise<void> => {
    const { data: made } = await client.mutate({
      mutation: REGISTER,
      variables: { input: { runId, model: model.trim() } },
    });
    if (made) void navigate(urls.model(made.registerModelVersion.model));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void run(register);
  };
  return (
    <form onSubmit={submit}>
      <Group gap="xs" pb="xs" align="flex-end">
        <TextInput
          size="xs"
          label="Model"
          description="One that there is, or a new name"
          list={known}
          value={model}
          error={problem}
          onChange={({ currentTarget }) => setModel(currentTarget.value)}
          autoFocus
        />
        <datalist id={known}>
          {data?.models.map(({ id, name }) => (
            <option key={id} value={name} />
          ))}
        </datalist>
        <Button size="xs" type="submit" loading={busy} disabled={!model.trim()}>
          Register
        </Button>
        <Button size="xs" variant="default" onClick={close}>
          Close
        </Button>
      </Group>
    </form>
  );
}
