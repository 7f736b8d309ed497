import { useQuery } from '@apollo/client/react';
import { Button, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { useRefreshOn } from '../../app/changes';
import { lazyPage } from '../../app/lazy-page';
import { DatasetTable, DatasetTable_datasets } from '../../features/datasets/DatasetTable';
import { graphql } from '../../graphql';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';

const NewDataset = lazyPage(async () => (await import('../../features/datasets/NewDataset')).NewDataset);

const DATASETS = graphql(
  `
    query DatasetsPage {
      datasets {
        name description
        ...DatasetTable_datasets
      }
    }
  `,
  [DatasetTable_datasets],
);

export function DatasetsPage() {
  const asked = useQuery(DATASETS);
  useRefreshOn(['DATASET'], asked.refetch);
  const navigate = useNavigate();
  const [making, { open, close }] = useDisclosure();
  const [params, setParams] = useSearchParams();
  const wanted = params.get('text') ?? '';
  const setWanted = (text: string): void => setParams(text ? { text } : {}, { replace: true });
  return (
    <>
      <PageHead title="Datasets">
        {!making && (
          <ActionButton needs="createDataset" onClick={open}>
            New dataset
          </ActionButton>
        )}
      </PageHead>
      <Suspense>{making && <NewDataset onMade={(name) => void navigate(urls.dataset(name))} close={close} />}</Suspense>
      <Answer of={asked}>
        {({ datasets }) => {
          if (datasets.length === 0) {
            return (
              <Empty
                title="No datasets yet"
                text="A dataset is a named collection of labeled images. Each upload becomes an immutable version."
              />
            );
          }
          const found = datasets.filter(({ name, description }) =>
            `${name} ${description ?? ''}`.toLowerCase().includes(wanted.toLowerCase()),
          );
          return (
            <>
              <TextInput
                data-filter
                aria-label="Filter by name or description"
                placeholder="Filter"
                size="xs"
                maw="16rem"
                mb="sm"
                value={wanted}
                onChange={({ currentTarget }) => setWanted(currentTarget.value)}
              />
              {found.length > 0 ? (
                <DatasetTable datasets={found} />
              ) : (
                <Empty title="No datasets match" text={`No name or description contains “${wanted}”.`}>
                  <Button variant="default" onClick={() => setWanted('')}>
                    Clear filter
                  </Button>
                </Empty>
              )}
            </>
          );
        }}
      </Answer>
    </>
  );
}
