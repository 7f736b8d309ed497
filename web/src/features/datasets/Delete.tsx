import { useMutation } from '@apollo/client/react';
import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { graphql, type TadaDocumentNode } from '../../graphql';
import { messageOf } from '../../ui/Answer';

const DELETE_DATASET = graphql(`
  mutation DeleteDataset($name: String!) {
    deleteDataset(name: $name)
  }
`);
const DELETE_VERSION = graphql(`
  mutation DeleteDatasetVersion($id: ID!) {
    deleteDatasetVersion(id: $id)
  }
`);

export function DeleteDataset({ name, onDeleted }: { readonly name: string; readonly onDeleted: () => void }) {
  return <Delete what={`dataset ${name}`} request={DELETE_DATASET} variables={{ name }} onDeleted={onDeleted} />;
}

export function DeleteVersion({
  id,
  name,
  onDeleted,
}: {
  readonly id: string;
  readonly name: string;
  readonly onDeleted: () => void;
}) {
  return <Delete what={name} request={DELETE_VERSION} variables={{ id }} onDeleted={onDeleted} />;
}

/** Asks for confirmation, deletes, and shows why the hub refused. */
function Delete<T, V extends { readonly [name: string]: unknown }>({
  what,
  request,
  variables,
  onDeleted,
}: {
  readonly what: string;
  readonly request: TadaDocumentNode<T, V>;
  readonly variables: V;
  readonly onDeleted: () => void;
}) {
  const [asking, { open, close }] = useDisclosure();
  const [run, { loading, error, reset }] = useMutation<T, { [name: string]: unknown }>(
    request as TadaDocumentNode<T, { [name: string]: unknown }>,
  );
  if (!asking) {
    return (
      <Button variant="default" onClick={open}>
        Delete…
      </Button>
    );
  }
  return (
    <Group gap="xs" role="group" aria-label={`Delete ${what}`}>
      {error ? (
        <Text role="alert" c="var(--hub-bad)" maw="36rem">
          {messageOf(error)}
        </Text>
      ) : (
        <Text>Delete {what}? This cannot be undone.</Text>
      )}
      <Button
        variant="default"
        c="var(--hub-bad)"
        loading={loading}
        onClick={() => void run({ variables }).then(onDeleted, () => undefined)}
      >
        Delete
      </Button>
      <Button
        variant="default"
        onClick={() => {
          reset();
          close();
        }}
      >
        Keep
      </Button>
    </Group>
  );
}
