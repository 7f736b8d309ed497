import { useQuery } from '@apollo/client/react';
import { Text } from '@mantine/core';
import { useNavigate, useParams } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { AddVersion } from '../../features/datasets/AddVersion';
import { DeleteDataset } from '../../features/datasets/Delete';
import { Ingestions, Ingestions_query } from '../../features/datasets/Ingestions';
import { SavedSlices } from '../../features/datasets/SavedSlices';
import { VersionTable, VersionTable_versions } from '../../features/datasets/VersionTable';
import { graphql } from '../../graphql';
import { formatDate } from '../../lib/format';
import { Answer } from '../../ui/Answer';
import { PageHead } from '../../ui/PageHead';
import { Section } from '../../ui/Section';
import { SpecLine } from '../../ui/SpecLine';
import { NoSuchDataset } from './NoSuchDataset';

const DATASET = graphql(
  `
    query DatasetPage($name: String!) {
      dataset(name: $name) {
        id name description createdAt owner { name }
        versions { ...VersionTable_versions }
      }
      ...Ingestions_query
    }
  `,
  [VersionTable_versions, Ingestions_query],
);

export function DatasetPage() {
  const { dataset: name = '' } = useParams();
  const navigate = useNavigate();
  const asked = useQuery(DATASET, { variables: { name } });
  useRefreshOn(['DATASET'], asked.refetch, name);
  return (
    <Answer of={asked}>
      {(data) => {
        const { dataset } = data;
        if (!dataset) return <NoSuchDataset name={name} />;
        const { versions } = dataset;
        return (
          <>
            <PageHead title={name}>
              {versions.length === 0 && <DeleteDataset name={name} onDeleted={() => void navigate('/datasets')} />}
            </PageHead>
            <SpecLine fields={{ Owner: dataset.owner?.name, Created: formatDate(dataset.createdAt) }} />
            {dataset.description && <Text>{dataset.description}</Text>}
            <Ingestions query={data} dataset={name} />
            {versions.length > 0 && (
              <Section title="Versions">
                <VersionTable dataset={name} versions={versions} />
              </Section>
            )}
            {versions.length > 0 && (
              <Section title="Saved slices">
                <SavedSlices dataset={name} />
              </Section>
            )}
            <Section title={versions.length > 0 ? 'New version' : 'First version'}>
              <AddVersion dataset={name} />
            </Section>
          </>
        );
      }}
    </Answer>
  );
}
