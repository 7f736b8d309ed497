import { useMutation, useQuery } from '@apollo/client/react';
import { NativeSelect, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { type Enum, graphql } from '../../graphql';
import { endOfDay } from '../../lib/day';
import { HubForm } from '../../ui/HubForm';

const MODELS = graphql(`
  query ModelsOfToken {
    models { id name }
  }
`);

const CREATE = graphql(`
  mutation CreateToken($input: CreateTokenInput!) {
    createToken(input: $input) { secret token { id name } }
  }
`);

type Role = Enum<'Role'>;

/** What each role adds to those before it. */
const ROLES: Readonly<Record<Role, string>> = {
  VIEWER: 'Reads and classifies.',
  TRAINER: 'Also adds data, starts runs and registers their models.',
  MAINTAINER: 'Also promotes, rolls back, deletes, and reads the audit log.',
  ADMIN: 'Also creates and revokes tokens, and changes settings.',
};

interface Props {
  readonly onMade: (made: { readonly name: string; readonly secret: string }) => void;
  readonly close: () => void;
}

/** Creates a token. */
export function NewToken({ onMade, close }: Props) {
  const { data } = useQuery(MODELS);
  const [create] = useMutation(CREATE);
  const form = useForm({
    initialValues: { name: '', role: 'VIEWER' as Role, model: '', until: '' },
    validate: { name: isNotEmpty() },
  });
  const submit = async ({ name, role, model, until }: typeof form.values): Promise<void> => {
    const input = { name: name.trim(), role, model: model || null, expiresAt: until ? endOfDay(until) : null };
    const { data: created } = await create({ variables: { input } });
    if (created) onMade({ name: input.name, secret: created.createToken.secret });
  };
  return (
    <HubForm form={form} label="New token" action="Create token" refusal="Not created" onSubmit={submit} close={close}>
      <TextInput
        label="Name"
        description="Recorded in the audit log. Lower-case letters, digits, . _ and -"
        {...form.getInputProps('name')}
        maw={360}
        autoComplete="off"
        autoFocus
        required
      />
      <NativeSelect
        label="Role"
        description={ROLES[form.values.role]}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        data={Object.keys(ROLES)}
        {...form.getInputProps('role')}
        maw={360}
      />
      <NativeSelect
        label="Model"
        description="Limits the token to one model."
        data={[{ value: '', label: 'All models' }, ...(data?.models.map(({ name }) => name) ?? [])]}
        {...form.getInputProps('model')}
        maw={360}
      />
      <TextInput
        type="date"
        label="Expires"
        description="At the end of this day; leave empty for no expiry"
        {...form.getInputProps('until')}
        maw={360}
      />
    </HubForm>
  );
}
