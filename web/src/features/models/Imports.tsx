import { useApolloClient } from '@apollo/client/react';
import { useState } from 'react';
import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatAge, formatBytes } from '../../lib/format';
import { isUnderWay } from '../../lib/runs';
import { urls } from '../../lib/urls';
import { ConfirmDelete } from '../../ui/ConfirmDelete';
import { DataTable } from '../../ui/DataTable';
import { StateMark } from '../runs/StateMark';

export const IMPORTS = graphql(`
  fragment Imports_import on ModelImport {
    id model fileName bytes actor createdAt state version notes error { message }
  }
`);

const DELETE = graphql(`
  mutation DeleteModelImport($model: String!, $id: ID!) {
    deleteModelImport(model: $model, id: $id)
  }
`);

interface Props {
  readonly of: readonly FragmentOf<typeof IMPORTS>[];
  /** Numbers of the versions that exist. */
  readonly versions: readonly number[];
  readonly onDeleted: () => unknown;
}

/** Model files from elsewhere: what became of each. */
export function Imports({ of, versions, onDeleted }: Props) {
  const imports = readFragment(IMPORTS, of);
  const client = useApolloClient();
  const [deleting, setDeleting] = useState<(typeof imports)[number] | null>(null);
  const remove = async ({ id, model }: (typeof imports)[number]): Promise<void> => {
    await client.mutate({ mutation: DELETE, variables: { id, model } });
    setDeleting(null);
    await onDeleted();
  };
  return (
    <>
      {deleting && (
        <ConfirmDelete
          key={deleting.id}
          label="Delete the import"
          what={`the import of ${deleting.fileName}`}
          remove={() => remove(deleting)}
          keep={() => setDeleting(null)}
        />
      )}
      <DataTable
        label="Imports"
        heads={['File', ' Size', 'State', 'Result', 'Started', 'Actions']}
        rows={imports.map((each) => ({
          key: each.id,
          cells: [
            each.fileName,
            formatBytes(each.bytes),
            <StateMark key="state" state={each.state} detail={null} />,
            <span key="result" className="prose">
              {each.version !== null && (
                <Link to={urls.modelVersion(each.model, each.version)}>Version {each.version}</Link>
              )}
              {each.error?.message}
              {each.notes.length > 0 && `. ${each.notes.join(' ')}`}
            </span>,
            `${formatAge(each.createdAt)} by ${each.actor}`,
            !isUnderWay(each.state) && !versions.includes(each.version ?? 0) && (
              <ActionButton
                key="delete"
                needs="deleteModelImport"
                size="compact-sm"
                variant="default"
                aria-label={`Delete the import of ${each.fileName}`}
                onClick={() => setDeleting(each)}
              >
                Delete…
              </ActionButton>
            ),
          ],
        }))}
      />
    </>
  );
}
