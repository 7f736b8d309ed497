import { useQuery } from '@apollo/client/react';
import { NativeSelect, Text, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useState } from 'react';
import { client } from '../../app/client';
import { useRefusal } from '../../app/me';
import { send } from '../../app/send';
import { graphql } from '../../graphql';
import { FileSource, type SourceOfFile } from '../../ui/FileSource';
import { HubForm } from '../../ui/HubForm';

const DATA = graphql(`
  query DataOfImport {
    datasets { id name versions { id number classes } }
  }
`);

const IMPORT = graphql(`
  mutation ImportModelVersion($input: ImportModelVersionInput!) {
    importModelVersion(input: $input) { id }
  }
`);

const FILES = '.h5,.keras,.safetensors';
interface Props {
  /** Name of the model; null to ask for it. */
  readonly model: string | null;
  readonly onStarted: (model: string) => unknown;
  readonly close: () => void;
}

/** Imports a model file from elsewhere as a version. */
export function ImportForm({ model, onStarted, close }: Props) {
  const { data } = useQuery(DATA);
  const [source, setSource] = useState<SourceOfFile>(null);
  const [sent, setSent] = useState<number | null>(null);
  const form = useForm({
    initialValues: { model: model ?? '', datasetVersionId: '', labels: '' },
    validate: { model: isNotEmpty() },
  });
  const versions = (data?.datasets ?? []).flatMap(({ name, versions: all }) =>
    all.map(({ id, number, classes }) => ({ value: id, label: `${name} ${number}, ${classes.length} classes` })),
  );
  const submit = async (values: typeof form.values): Promise<void> => {
    const labels = values.labels
      .split('\n')
      .map((label) => label.trim())
      .filter(Boolean);
    const input = {
      model: values.model.trim(),
      datasetVersionId: values.datasetVersionId || (versions[0]?.value ?? ''),
      labels: labels.length > 0 ? labels : null,
    };
    try {
      await startImport(input, source, setSent);
    } finally {
      setSent(null);
    }
    await onStarted(input.model);
  };
  return (
    <HubForm
      form={form}
      label="Import"
      action="Import"
      refusal="Not imported"
      refused={useRefusal('importModelVersion')}
      ready={form.isValid() && versions.length > 0 && source !== null}
      onSubmit={submit}
      close={close}
    >
      <Text c="dimmed">
        A Keras model (.h5, .keras) of InceptionV3 with a head of your own, or a safetensors export of a hub. The hub
        measures it on the test split of the dataset version.
      </Text>
      {model === null && (
        <TextInput
          label="Model"
          description="An existing one or a new name"
          {...form.getInputProps('model')}
          maw={360}
          autoComplete="off"
          autoFocus
        />
      )}
      <NativeSelect
        label="Dataset version"
        data={versions.length > 0 ? versions : [{ value: '', label: 'No dataset has a version yet' }]}
        {...form.getInputProps('datasetVersionId')}
        maw={360}
      />
      <FileSource label="Model file" accept={FILES} source={source} sent={sent} onSource={setSource} />
      <details>
        <summary>Class names, if the file has none</summary>
        <Textarea
          label="Class names"
          description="One per line, in the order of the outputs; by default those of the dataset version"
          {...form.getInputProps('labels')}
          autosize
          minRows={3}
          maw={360}
          mt="xs"
        />
      </details>
    </HubForm>
  );
}

interface Input {
  readonly model: string;
  readonly datasetVersionId: string;
  readonly labels: readonly string[] | null;
}

/** @param source a path on the server, or a file to send. @throws Refusal */
async function startImport(
  { labels, ...input }: Input,
  source: SourceOfFile,
  onSent: (share: number) => void,
): Promise<void> {
  const given = { ...input, labels: labels && [...labels] };
  if (source instanceof File) {
    await send(IMPORT, { input: { ...given, upload: null } }, 'input.upload', source, { onSent });
  } else {
    await client.mutate({ mutation: IMPORT, variables: { input: { ...given, path: source } } });
  }
}
