import { useQuery } from '@apollo/client/react';
import { Button, NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { ActionButton } from '../../app/ActionButton';
import { useRefreshOn } from '../../app/changes';
import { Permitted } from '../../app/Permitted';
import { BATCH, BatchTable } from '../../features/batches/BatchTable';
import { graphql } from '../../graphql';
import { nextOf, nodesOf } from '../../lib/connection';
import { urls } from '../../lib/urls';
import { useFilters } from '../../lib/use-filters';
import { Answer } from '../../ui/Answer';
import { CursorPager } from '../../ui/CursorPager';
import { Empty } from '../../ui/Empty';
import { FilterBar } from '../../ui/FilterBar';
import { PageHead } from '../../ui/PageHead';

const BATCHES = graphql(
  `
  query BatchesPage($model: String, $after: String) {
    predictionJobs(model: $model, first: 50, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { node { id ...BatchTable_job } }
    }
    models { id name }
  }
`,
  [BATCH],
);

const FILTERS = ['model'] as const;

/** The batch predictions of all models, or of one. */
export function BatchesPage() {
  const filters = useFilters(FILTERS);
  const model = filters.values.model || undefined;
  const start = (
    <ActionButton needs="startPrediction" to={urls.newBatch(model)} size="xs">
      New batch
    </ActionButton>
  );
  return (
    <>
      <PageHead title="Batch predictions">{start}</PageHead>
      <Permitted needs="predictionJobs">
        <Batches filters={filters} start={start} />
      </Permitted>
    </>
  );
}

interface Props {
  readonly filters: ReturnType<typeof useFilters<'model'>>;
  readonly start: ReactNode;
}

function Batches({ filters: { values, filtered, after, set, clear, turn }, start }: Props) {
  const asked = useQuery(BATCHES, { variables: { model: values.model || null, after } });
  useRefreshOn(['PREDICTION'], asked.refetch);
  return (
    <Answer of={asked}>
      {({ predictionJobs: page, models }) => {
        const batches = nodesOf(page);
        if (batches.length === 0 && !filtered) {
          return (
            <Empty
              title="No batch predictions yet"
              text="A batch classifies all photos of a folder, an archive or a dataset version with one model version. Its answers are a file."
            >
              {start}
            </Empty>
          );
        }
        const names = models.map(({ name }) => name);
        return (
          <>
            <FilterBar label="Filters of the batches">
              <NativeSelect
                size="xs"
                label="Model"
                value={values.model}
                onChange={({ currentTarget }) => set('model', currentTarget.value)}
                data={[
                  { value: '', label: 'Any' },
                  ...(values.model && !names.includes(values.model) ? [values.model] : []),
                  ...names,
                ]}
              />
            </FilterBar>
            {batches.length === 0 ? (
              <Empty title="No batches match" text={`No batch was started with ${values.model}.`}>
                <Button size="xs" variant="default" onClick={clear}>
                  Clear filters
                </Button>
              </Empty>
            ) : (
              <>
                <BatchTable of={batches} onDeleted={asked.refetch} />
                <CursorPager of="batches" after={after} next={nextOf(page)} turn={turn} />
              </>
            )}
          </>
        );
      }}
    </Answer>
  );
}
