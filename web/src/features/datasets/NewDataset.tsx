import { useMutation } from '@apollo/client/react';
import { Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { messageOf } from '../../ui/Answer';
import { CREATE_DATASET } from './requests';

/** Makes a dataset, which has no version yet. */
export function NewDataset({ onMade, close }: { readonly onMade: (name: string) => void; readonly close: () => void }) {
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [create, { loading, error }] = useMutation(CREATE_DATASET);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const input = { name: name.trim(), description: description.trim() || null };
    const { data } = await create({ variables: { input } }).catch(() => ({ data: undefined }));
    if (data) onMade(data.createDataset.name);
  };

  return (
    <form onSubmit={submit} aria-label="New dataset">
      <Group align="flex-start" gap="sm" mb="md">
        <TextInput
          label="Name"
          description="Lower-case letters, digits, . _ and -"
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          error={error && messageOf(error)}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          required
          autoFocus
        />
        <TextInput
          label="What it is"
          value={description}
          onChange={({ currentTarget }) => setDescription(currentTarget.value)}
          maxLength={2000}
          flex="1 1 14rem"
        />
        <Group gap="xs" mt={22}>
          <Button type="submit" loading={loading} disabled={!name.trim()}>
            Create
          </Button>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
        </Group>
      </Group>
    </form>
  );
}
