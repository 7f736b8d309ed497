import { useMutation } from '@apollo/client/react';
import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { HubForm } from '../../ui/HubForm';
import { CREATE_DATASET } from './requests';

const NAME = /^[a-z0-9][a-z0-9._-]*$/;
const NAME_RULE = 'Lower-case letters, digits, . _ and -';

/** Creates a dataset, which has no version yet. */
export function NewDataset({ onMade, close }: { readonly onMade: (name: string) => void; readonly close: () => void }) {
  const form = useForm({
    initialValues: { name: '', description: '' },
    validateInputOnBlur: true,
    validate: { name: (name) => !NAME.test(name.trim()) && `${NAME_RULE}, beginning with a letter or digit` },
  });
  const [create] = useMutation(CREATE_DATASET);
  const submit = async ({ name, description }: typeof form.values): Promise<void> => {
    const input = { name: name.trim(), description: description.trim() || null };
    const { data } = await create({ variables: { input } });
    if (data) onMade(data.createDataset.name);
  };
  return (
    <HubForm
      form={form}
      label="New dataset"
      action="Create"
      ready={form.values.name.trim() !== ''}
      inline
      onSubmit={submit}
      close={close}
    >
      <TextInput
        size="xs"
        label="Name"
        description={form.errors.name === undefined && NAME_RULE}
        inputWrapperOrder={['label', 'description', 'error', 'input']} // the error takes the place of the description
        maxLength={64}
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
