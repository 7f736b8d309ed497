import { useMutation } from '@apollo/client/react';
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { graphql, type ResultOf } from '../../graphql';
import { formatCount } from '../../lib/format';
import { urls } from '../../lib/urls';
import { HubForm } from '../../ui/HubForm';
import { ReasonField } from '../../ui/ReasonField';

const DELETE = graphql(`
  mutation DeletePhotos($photos: [ID!]!, $newVersions: Boolean!, $reason: String!) {
    deletePhotos(photos: $photos, newVersions: $newVersions, reason: $reason) {
      photos { sha256 answers }
      newVersions { id dataset number }
      remains
    }
  }
`);
type Deleted = ResultOf<typeof DELETE>['deletePhotos'];

interface Props {
  /** SHA-256 of the photo. */
  readonly photo: string;
  /** Called when the user has read what remains. */
  readonly onDeleted: () => void;
}

/** Deletes a photo with all answers to it, and says what remains of it. */
export function DeletePhoto({ photo, onDeleted }: Props) {
  const [asking, { open, close }] = useDisclosure();
  const [deleted, setDeleted] = useState<Deleted | null>(null);
  const [remove] = useMutation(DELETE);
  const form = useForm({ initialValues: { newVersions: false, reason: '' }, validate: { reason: isNotEmpty() } });
  const submit = async ({ newVersions, reason }: typeof form.values): Promise<void> => {
    const { data } = await remove({ variables: { photos: [photo], newVersions, reason: reason.trim() } });
    if (data) setDeleted(data.deletePhotos);
  };
  if (deleted) return <Outcome of={deleted} onDeleted={onDeleted} />;
  if (!asking) {
    return (
      <ActionButton needs="deletePhotos" size="xs" variant="default" onClick={open}>
        Delete the photo…
      </ActionButton>
    );
  }
  return (
    <HubForm form={form} label="Delete the photo" action="Delete" refusal="Not deleted" onSubmit={submit} close={close}>
      <Text size="sm">
        Deletes the photo, every answer of any model to it, and all judgments of it, at once. This cannot be undone.
      </Text>
      <Checkbox
        label="Make versions without it"
        description="Of datasets whose newest version has it. Versions with it stay until you delete them."
        {...form.getInputProps('newVersions', { type: 'checkbox' })}
      />
      <ReasonField {...form.getInputProps('reason')} />
    </HubForm>
  );
}

function Outcome({
  of: { photos, newVersions, remains },
  onDeleted,
}: {
  readonly of: Deleted;
  readonly onDeleted: () => void;
}) {
  const answers = photos.reduce((sum, photo) => sum + photo.answers, 0);
  return (
    <Stack gap="xs" role="status">
      <Text>
        {answers === 0
          ? 'The photo is kept in datasets only: there was no answer to delete.'
          : `The photo is deleted, with ${formatCount(answers)} ${answers === 1 ? 'answer' : 'answers'}.`}
      </Text>
      {newVersions.map(({ id, dataset, number }) => (
        <Text key={id} size="sm">
          <Link to={urls.datasetVersion(dataset, number)}>
            {dataset}, version {number}
          </Link>{' '}
          is without it.
        </Text>
      ))}
      {remains.map((sentence) => (
        <Text key={sentence} size="sm">
          {sentence}
        </Text>
      ))}
      <Group>
        <Button size="xs" variant="default" onClick={onDeleted}>
          Back to the predictions
        </Button>
      </Group>
    </Stack>
  );
}
