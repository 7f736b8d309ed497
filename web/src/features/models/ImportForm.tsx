import { useQuery } from '@apollo/client/react';
import { NativeSelect, Text, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useRefusal } from '../../app/me';
import { useWeightFile } from '../../app/useWeightFile';
import { graphql } from '../../graphql';
import { FileSource } from '../../ui/FileSource';
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

interface Props {
  /** Name of the model; null to ask for it. */
  readonly model: string | null;
  readonly onStarted: (model: string) => unknown;
  readonly close: () => void;
}

/** Imports a model file from elsewhere as a version. */
export function ImportForm({ model, onStarted, close }: Props) {
  const { data } = useQuery(DATA);
  const weights = useWeightFile();
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
    await weights.request(IMPORT, input);
    await onStarted(input.model);
  };
  return (
    <HubForm
      form={form}
      label="Import"
      action="Import"
      refusal="Not imported"
      refused={useRefusal('importModelVersion')}
      ready={form.isValid() && versions.length > 0 && weights.isChosen}
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
      <FileSource label="Model file" {...weights.field} />
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
