import { useQuery } from '@apollo/client/react';
import { Group, NativeSelect, Progress, SegmentedControl, Text, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useState } from 'react';
import { client } from '../../app/client';
import { useRefusal } from '../../app/me';
import { send } from '../../app/send';
import { graphql } from '../../graphql';
import { formatBytes, formatShare } from '../../lib/format';
import { FilePicker } from '../../ui/FilePicker';
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
const FROM = [
  { value: 'computer', label: 'This computer' },
  { value: 'path', label: 'Path on the server' },
];

interface Props {
  /** Name of the model; null to ask for it. */
  readonly model: string | null;
  readonly onStarted: (model: string) => unknown;
  readonly close: () => void;
}

/** Imports a model file from elsewhere as a version. */
export function ImportForm({ model, onStarted, close }: Props) {
  const { data } = useQuery(DATA);
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const form = useForm({
    initialValues: { model: model ?? '', datasetVersionId: '', from: 'computer', path: '', labels: '' },
    validate: { model: isNotEmpty() },
  });
  const { from, path } = form.values;
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
      await startImport(input, from === 'path' ? values.path.trim() : file, setSent);
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
      ready={form.isValid() && versions.length > 0 && (from === 'path' ? path.trim() !== '' : file !== null)}
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
      <SegmentedControl
        data={FROM}
        {...form.getInputProps('from')}
        aria-label="Location of the file"
        w="fit-content"
        maw="100%"
      />
      {from === 'path' ? (
        <TextInput
          label="Path"
          description="In a folder that the hub was started with as --allow"
          {...form.getInputProps('path')}
          maw={560}
        />
      ) : (
        <Group gap="sm">
          <FilePicker label="Model file" accept={FILES} onFiles={([picked]) => setFile(picked?.file ?? null)}>
            Choose file…
          </FilePicker>
          {file && (
            <span>
              {file.name}, {formatBytes(file.size)}
            </span>
          )}
        </Group>
      )}
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
      {sent !== null && (
        <Progress.Root size="sm" maw={560}>
          <Progress.Section value={100 * sent} aria-label={`Sending, ${formatShare(sent, 0)}`} />
        </Progress.Root>
      )}
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
  source: string | File | null,
  onSent: (share: number) => void,
): Promise<void> {
  const given = { ...input, labels: labels && [...labels] };
  if (source instanceof File) {
    await send(IMPORT, { input: { ...given, upload: null } }, 'input.upload', source, { onSent });
  } else {
    await client.mutate({ mutation: IMPORT, variables: { input: { ...given, path: source } } });
  }
}
