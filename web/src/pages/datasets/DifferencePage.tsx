import { useQuery } from '@apollo/client/react';
import { Group, NativeSelect } from '@mantine/core';
import { useParams, useSearchParams } from 'react-router';
import { Difference } from '../../features/datasets/Difference';
import { graphql } from '../../graphql';
import { presentParams } from '../../lib/present-params';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';
import { NoSuchDataset } from './NoSuchDataset';

const VERSIONS = graphql(`
  query DifferencePage($name: String!) {
    dataset(name: $name) {
      id name
      versions { id number }
    }
  }
`);

/** The differences between two versions, whose numbers are in the URL. */
export function DifferencePage() {
  const { dataset: name = '' } = useParams();
  const asked = useQuery(VERSIONS, { variables: { name } });
  const [params, setParams] = useSearchParams();
  const numbers = { from: Number(params.get('from')), to: Number(params.get('to')) };
  return (
    <>
      <PageHead title={`${name}: changes`} />
      <Answer of={asked}>
        {({ dataset }) => {
          if (!dataset) return <NoSuchDataset name={name} />;
          const { versions } = dataset;
          const choose = (which: 'from' | 'to') => (
            <NativeSelect
              label={which === 'from' ? 'From' : 'To'}
              data={versions.map(({ number }) => ({ value: String(number), label: `version ${number}` }))}
              value={numbers[which]}
              onChange={({ currentTarget: { value } }) => {
                const next = presentParams();
                next.set(which, value);
                setParams(next, { replace: true });
              }}
            />
          );
          const from = versions.find(({ number }) => number === numbers.from);
          const to = versions.find(({ number }) => number === numbers.to);
          return (
            <>
              <Group mb="md">
                {choose('from')}
                {choose('to')}
              </Group>
              {from && to && from !== to ? (
                <Difference from={from.id} to={to.id} />
              ) : (
                <Empty title="Nothing to compare" text="Choose two different versions." />
              )}
            </>
          );
        }}
      </Answer>
    </>
  );
}
