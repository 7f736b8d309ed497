import { Text, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useWeightFile } from '../../app/useWeightFile';
import { graphql } from '../../graphql';
import { FileSource } from '../../ui/FileSource';
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
  const weights = useWeightFile();
  const form = useForm({ initialValues: { name: '' }, validate: { name: isNotEmpty() } });
  const submit = async ({ name: typed }: typeof form.values): Promise<void> => {
    await weights.request(ADD, { name: typed.trim() });
    await onAdded();
  };
  return (
    <HubForm
      form={form}
      label="New backbone"
      action="Add"
      refusal="Not added"
      ready={form.isValid() && weights.isChosen}
      onSubmit={submit}
      close={close}
    >
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
      <FileSource label="Weight file" {...weights.field} />
    </HubForm>
  );
}
