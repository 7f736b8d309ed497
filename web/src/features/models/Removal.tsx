import { useApolloClient } from '@apollo/client/react';
import { Group, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { graphql, type Operation } from '../../graphql';
import { urls } from '../../lib/urls';
import { ConfirmDelete } from '../../ui/ConfirmDelete';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';

const ARCHIVE_VERSION = graphql(`
  mutation ArchiveModelVersion($model: String!, $version: Int!) {
    archiveModelVersion(model: $model, version: $version) { id archivedAt }
  }
`);
const UNARCHIVE_VERSION = graphql(`
  mutation UnarchiveModelVersion($model: String!, $version: Int!) {
    unarchiveModelVersion(model: $model, version: $version) { id archivedAt }
  }
`);
const DELETE_VERSION = graphql(`
  mutation DeleteModelVersion($model: String!, $version: Int!) {
    deleteModelVersion(model: $model, version: $version)
  }
`);
const ARCHIVE_MODEL = graphql(`
  mutation ArchiveModel($model: String!) {
    archiveModel(model: $model) { id name archivedAt }
  }
`);
const UNARCHIVE_MODEL = graphql(`
  mutation UnarchiveModel($model: String!) {
    unarchiveModel(model: $model) { id name archivedAt }
  }
`);
const DELETE_MODEL = graphql(`
  mutation DeleteModel($model: String!) {
    deleteModel(model: $model)
  }
`);

/** Archives or deletes a version, or takes it back from the archive. */
export function VersionRemoval({
  model,
  version,
  archived,
}: {
  readonly model: string;
  readonly version: number;
  readonly archived: boolean;
}) {
  const client = useApolloClient();
  const navigate = useNavigate();
  const variables = { model, version };
  return (
    <Removal
      needs={{
        archive: 'archiveModelVersion',
        unarchive: 'unarchiveModelVersion',
        remove: 'deleteModelVersion',
      }}
      what={`version ${version} of ${model}`}
      name={`version ${version}`}
      toType={model}
      archived={archived}
      archive={() => client.mutate({ mutation: archived ? UNARCHIVE_VERSION : ARCHIVE_VERSION, variables })}
      remove={async () => {
        await client.mutate({ mutation: DELETE_VERSION, variables });
        navigate(urls.model(model));
      }}
    />
  );
}

/** Archives or deletes a model, or takes it back from the archive. */
export function ModelRemoval({ model, archived }: { readonly model: string; readonly archived: boolean }) {
  const client = useApolloClient();
  const navigate = useNavigate();
  const variables = { model };
  return (
    <Removal
      needs={{ archive: 'archiveModel', unarchive: 'unarchiveModel', remove: 'deleteModel' }}
      what={`the model ${model} with all of its versions`}
      name="model"
      toType={model}
      archived={archived}
      archive={() => client.mutate({ mutation: archived ? UNARCHIVE_MODEL : ARCHIVE_MODEL, variables })}
      remove={async () => {
        await client.mutate({ mutation: DELETE_MODEL, variables });
        navigate('/models');
      }}
    />
  );
}

interface Props {
  readonly needs: Readonly<Record<'archive' | 'unarchive' | 'remove', Operation>>;
  /** What is deleted, as in "Delete …?" */
  readonly what: string;
  /** On the buttons. */
  readonly name: string;
  readonly toType: string;
  readonly archived: boolean;
  readonly archive: () => Promise<unknown>;
  readonly remove: () => Promise<unknown>;
}

function Removal({ needs, what, name, toType, archived, archive, remove }: Props) {
  const [asking, { open, close }] = useDisclosure();
  const { busy, problem, run } = useTask();
  if (asking)
    return <ConfirmDelete label={`Delete ${name}`} what={what} toType={toType} remove={remove} keep={close} />;
  return (
    <Stack gap="xs" my="xs">
      <Group gap="xs">
        <ActionButton
          needs={needs[archived ? 'unarchive' : 'archive']}
          size="xs"
          variant="default"
          loading={busy}
          onClick={() => run(archive)}
        >
          {archived ? 'Unarchive' : 'Archive'} {name}
        </ActionButton>
        <ActionButton needs={needs.remove} size="xs" variant="default" onClick={open}>
          Delete {name}…
        </ActionButton>
      </Group>
      {problem !== null && <Problem title={archived ? 'Not unarchived' : 'Not archived'} message={problem} />}
    </Stack>
  );
}
