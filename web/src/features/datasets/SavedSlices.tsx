import { useMutation, useQuery } from '@apollo/client/react';
import { Group, Text } from '@mantine/core';
import { useState } from 'react';
import { ActionButton } from '../../app/ActionButton';
import { useRefreshOn } from '../../app/changes';
import { graphql } from '../../graphql';
import { Answer } from '../../ui/Answer';
import { ConfirmDelete } from '../../ui/ConfirmDelete';
import { DataTable } from '../../ui/DataTable';
import { SliceForm } from './SliceForm';

const SLICES = graphql(`
  query SavedSlices($dataset: String!) {
    savedSlices(dataset: $dataset) { id name text usedBy owner { name } }
    dataset(name: $dataset) {
      id
      versions { id classes statistics { columns { name values { value } } } }
    }
  }
`);

const DELETE = graphql(`
  mutation DeleteSlice($dataset: String!, $name: String!) {
    deleteSlice(dataset: $dataset, name: $name)
  }
`);

/** The saved slices of a dataset, which evaluations list and gates can name; a form for a new one. */
export function SavedSlices({ dataset }: { readonly dataset: string }) {
  const asked = useQuery(SLICES, { variables: { dataset } });
  useRefreshOn(['DATASET'], asked.refetch, dataset);
  const [remove] = useMutation(DELETE);
  const [open, setOpen] = useState<{ readonly toDelete: string | null } | null>(null);
  const close = (): void => setOpen(null);
  const done = async (): Promise<void> => {
    await asked.refetch();
    close();
  };
  return (
    <Answer of={asked}>
      {({ savedSlices, dataset: found }) => {
        const newest = found?.versions[0];
        return (
          <>
            {savedSlices.length === 0 ? (
              <Text c="dimmed">
                None. A slice is a part of the images, such as dark photos of one camera; evaluations of runs list its
                accuracy, and a gate can ask for it.
              </Text>
            ) : (
              <DataTable
                label="Saved slices"
                heads={['Slice', 'Images', 'Gates', 'Owner', 'Actions']}
                rows={savedSlices.map(({ id, name, text, usedBy, owner }) => ({
                  key: id,
                  cells: [
                    ...[name, text, usedBy.join(', '), owner?.name],
                    <ActionButton
                      key="delete"
                      needs="deleteSlice"
                      size="compact-sm"
                      variant="default"
                      aria-label={`Delete ${name}`}
                      onClick={() => setOpen({ toDelete: name })}
                    >
                      Delete…
                    </ActionButton>,
                  ],
                }))}
              />
            )}
            {open === null && (
              <Group my="xs">
                <ActionButton needs="saveSlice" size="xs" variant="default" onClick={() => setOpen({ toDelete: null })}>
                  New slice…
                </ActionButton>
              </Group>
            )}
            {open?.toDelete && (
              <ConfirmDelete
                label={`Delete the slice ${open.toDelete}`}
                what={`the slice ${open.toDelete}`}
                remove={() => remove({ variables: { dataset, name: open.toDelete as string } }).then(done)}
                keep={close}
              />
            )}
            {open && open.toDelete === null && (
              <SliceForm
                dataset={dataset}
                labels={newest?.classes ?? []}
                columns={newest?.statistics?.columns ?? []}
                taken={savedSlices.map(({ name }) => name)}
                onSaved={done}
                close={close}
              />
            )}
          </>
        );
      }}
    </Answer>
  );
}
