import { useMutation, useQuery } from '@apollo/client/react';
import { TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useId } from 'react';
import { useNavigate } from 'react-router';
import { graphql } from '../../graphql';
import { urls } from '../../lib/urls';
import { HubForm } from '../../ui/HubForm';

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

/** Registers a run's weights as a model version, and opens its model. */
export function RegisterModel({ runId, close }: { readonly runId: string; readonly close: () => void }) {
  const navigate = useNavigate();
  const { data } = useQuery(MODELS);
  const [register] = useMutation(REGISTER);
  const form = useForm({ initialValues: { model: '' }, validate: { model: isNotEmpty() } });
  const known = useId();
  const submit = async ({ model }: typeof form.values): Promise<void> => {
    const { data: made } = await register({ variables: { input: { runId, model: model.trim() } } });
    if (made) void navigate(urls.model(made.registerModelVersion.model));
  };
  return (
    <HubForm form={form} action="Register" inline onSubmit={submit} close={close}>
      <TextInput
        size="xs"
        label="Model"
        description="An existing one or a new name"
        list={known}
        {...form.getInputProps('model')}
        autoFocus
      />
      <datalist id={known}>
        {data?.models.map(({ id, name }) => (
          <option key={id} value={name} />
        ))}
      </datalist>
    </HubForm>
  );
}
