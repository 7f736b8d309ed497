import { useMutation, useQuery } from '@apollo/client/react';
import { Checkbox, NativeSelect, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { Link } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { graphql, type ResultOf } from '../../graphql';
import { formatCount } from '../../lib/format';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { HubForm } from '../../ui/HubForm';

const DATASETS = graphql(`
  query DatasetsForPhotos {
    datasets { id name versions { id number } }
  }
`);

const ADD = graphql(`
  mutation AddJudgedPhotos($input: AddJudgedPhotosInput!) {
    addJudgedPhotos(input: $input) {
      datasetVersion { id dataset number }
      added present likeTest notKept showNone
    }
  }
`);
type Added = ResultOf<typeof ADD>['addJudgedPhotos'];
type Dataset = ResultOf<typeof DATASETS>['datasets'][number];

interface Props {
  readonly model: string;
  readonly close: () => void;
}

/** Makes a dataset version with the photos of a model that people judged. */
export function AddJudgedForm({ model, close }: Props) {
  const asked = useQuery(DATASETS);
  useRefreshOn(['DATASET'], () => asked.refetch());
  return (
    <Answer of={asked}>
      {({ datasets }) => {
        const filled = datasets.filter(({ versions }) => versions.length > 0);
        return filled.length === 0 ? (
          <Empty title="No dataset yet" text="Judged photos are added to a version of a dataset." />
        ) : (
          <Form {...{ model, close }} datasets={filled} />
        );
      }}
    </Answer>
  );
}

function Form({ model, close, datasets }: Props & { readonly datasets: readonly Dataset[] }) {
  const [added, setAdded] = useState<Added | null>(null);
  const [add] = useMutation(ADD);
  const form = useForm({ initialValues: { to: datasets[0]?.versions[0]?.id ?? '', onlyWrong: false } });
  const submit = async ({ to, onlyWrong }: typeof form.values): Promise<void> => {
    const { data } = await add({ variables: { input: { model, to, onlyWrong } } });
    if (data) setAdded(data.addJudgedPhotos);
  };
  return (
    <HubForm
      form={form}
      label="Judged photos"
      action="Create version"
      refusal="No version was made"
      onSubmit={submit}
      close={close}
    >
      <NativeSelect
        label="Add to"
        description="The photos join its training split. Everyone who may read datasets can then see them."
        data={datasets.flatMap(({ name, versions }) =>
          versions.map(({ id, number }) => ({ value: id, label: `${name}, version ${number}` })),
        )}
        {...form.getInputProps('to')}
      />
      <Checkbox
        label="Only photos that were answered wrong"
        {...form.getInputProps('onlyWrong', { type: 'checkbox' })}
      />
      {added && <Outcome of={added} />}
    </HubForm>
  );
}

function Outcome({ of: { datasetVersion, added, present, likeTest, notKept, showNone } }: { readonly of: Added }) {
  const { dataset, number } = datasetVersion;
  const left = [
    [present, 'in the version already'],
    [likeTest, 'like a test or validation image'],
    [notKept, 'not kept as a photo'],
    [showNone, 'with none of the classes'],
  ] as const;
  const named = left.filter(([count]) => count > 0).map(([count, why]) => `${formatCount(count)} ${why}`);
  return (
    <Text role="status">
      {formatCount(added)} {added === 1 ? 'photo' : 'photos'} added:{' '}
      <Link to={urls.datasetVersion(dataset, number)}>
        {dataset}, version {number}
      </Link>
      {named.length > 0 && `. Left out: ${named.join(', ')}`}.
    </Text>
  );
}
