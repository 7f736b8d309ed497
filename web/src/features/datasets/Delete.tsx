import { useApolloClient } from '@apollo/client/react';
import { useDisclosure } from '@mantine/hooks';
import { ActionButton } from '../../app/ActionButton';
import { graphql, type Operation, type TadaDocumentNode } from '../../graphql';
import { ConfirmDelete } from '../../ui/ConfirmDelete';

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
  return (
    <Delete
      needs="deleteDataset"
      what={`dataset ${name}`}
      request={DELETE_DATASET}
      variables={{ name }}
      onDeleted={onDeleted}
    />
  );
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
  return (
    <Delete
      needs="deleteDatasetVersion"
      what={name}
      request={DELETE_VERSION}
      variables={{ id }}
      onDeleted={onDeleted}
    />
  );
}

/** A delete button that asks for confirmation. */
function Delete<T, V extends { readonly [name: string]: unknown }>({
  needs,
  what,
  request,
  variables,
  onDeleted,
}: {
  readonly needs: Operation;
  readonly what: string;
  readonly request: TadaDocumentNode<T, V>;
  readonly variables: V;
  readonly onDeleted: () => void;
}) {
  const client = useApolloClient();
  const [asking, { open, close }] = useDisclosure();
  if (!asking) {
    return (
      <ActionButton needs={needs} variant="default" onClick={open}>
        Delete…
      </ActionButton>
    );
  }
  return (
    <ConfirmDelete
      label={`Delete ${what}`}
      what={what}
      remove={() =>
        client.mutate<unknown, { [name: string]: unknown }>({ mutation: request, variables }).then(onDeleted)
      }
      keep={close}
    />
  );
}
