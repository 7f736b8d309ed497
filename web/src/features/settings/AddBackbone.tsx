import { useApolloClient } from '@apollo/client/react';
import { Text, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useState } from 'react';
import { send } from '../../app/send';
import { graphql } from '../../graphql';
import { FileSource, type SourceOfFile } from '../../ui/FileSource';
import { HubForm } from '../../ui/HubForm';

const ADD = graphql(`
  mutation AddOwnBackbone($input: AddBackboneInput!) {
    addBackbone(input: $input) { id name }
  }
`);

const FILES = '.h5,.keras,.safetensors';

interface Props {
  readonly onAdded: () => unknown;
  readonly close: () => void;
}

/** Adds a backbone of the user's own. */
export function AddBackbone({ onAdded, close }: Props) {
  const client = useApolloClient();
  const [source, setSource] = useState<SourceOfFile>(null);
  const [sent, setSent] = useState<number | null>(null);
  const form = useForm({ initialValues: { name: '' }, validate: { name: isNotEmpty() } });
  const submit = async ({ name: typed }: typeof form.values): Promise<void> => {
    const name = typed.trim();
    try {
      if (source instanceof File) {
        await send(ADD, { input: { name, upload: null } }, 'input.upload', source, { onSent: setSent });
      } else {
        await client.mutate({ mutation: ADD, variables: { input: { name, path: source } } });
      }
    } finally {
      setSent(null);
    }
    await onAdded();
  };
  return (
    <HubForm
      form={form}
      label="New backbone"
      action="Add"
      refusal="Not added"
      ready={form.isValid() && source !== null}
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
      <FileSource label="Weight file" accept={FILES} source={source} sent={sent} onSource={setSource} />
    </HubForm>
  );
}
