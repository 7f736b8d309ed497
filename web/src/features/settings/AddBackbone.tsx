import { useMutation } from '@apollo/client/react';
import { Text, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { graphql } from '../../graphql';
import { HubForm } from '../../ui/HubForm';

const ADD = graphql(`
  mutation AddOwnBackbone($input: AddBackboneInput!) {
    addBackbone(input: $input) { id name }
  }
`);

interface Props {
  readonly onAdded: () => unknown;
  readonly close: () => void;
}

/** Adds a backbone of the user's own. */
export function AddBackbone({ onAdded, close }: Props) {
  const [add] = useMutation(ADD);
  const form = useForm({
    initialValues: { name: '', path: '' },
    validate: { name: isNotEmpty(), path: isNotEmpty() },
  });
  const submit = async ({ name, path }: typeof form.values): Promise<void> => {
    await add({ variables: { input: { name: name.trim(), path: path.trim() } } });
    await onAdded();
  };
  return (
    <HubForm form={form} label="New backbone" action="Add" refusal="Not added" onSubmit={submit} close={close}>
      <Text c="dimmed">
        InceptionV3 or its weights as Keras saves them (.keras, .h5, .weights.h5), or EfficientNet-Lite0 as safetensors
        with the names of PyTorch. A top is left out.
      </Text>
      <TextInput
        label="Name"
        description="Lower-case letters, digits, . _ and -"
        {...form.getInputProps('name')}
        maw={360}
        autoComplete="off"
        autoFocus
        required
      />
      <TextInput
        label="File"
        description="Path on the server, in a folder that the hub was started with as --allow"
        {...form.getInputProps('path')}
        maw={560}
        required
      />
    </HubForm>
  );
}
