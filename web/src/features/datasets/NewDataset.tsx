import { useMutation } from '@apollo/client/react';
import { TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { HubForm } from '../../ui/HubForm';
import { CREATE_DATASET } from './requests';

/** Creates a dataset, which has no version yet. */
export function NewDataset({ onMade, close }: { readonly onMade: (name: string) => void; readonly close: () => void }) {
  const form = useForm({ initialValues: { name: '', description: '' }, validate: { name: isNotEmpty() } });
  const [create] = useMutation(CREATE_DATASET);
  const submit = async ({ name, description }: typeof form.values): Promise<void> => {
    const input = { name: name.trim(), description: description.trim() || null };
    const { data } = await create({ variables: { input } });
    if (data) onMade(data.createDataset.name);
  };
  return (
    <HubForm form={form} label="New dataset" action="Create" inline onSubmit={submit} close={close}>
      <TextInput
        size="xs"
        label="Name"
        description="Lower-case letters, digits, . _ and -"
        {...form.getInputProps('name')}
        required
        autoFocus
      />
      <TextInput
        size="xs"
        label="Description"
        {...form.getInputProps('description')}
        maxLength={2000}
        flex="1 1 14rem"
      />
    </HubForm>
  );
}
