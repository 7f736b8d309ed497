import { Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { type FragmentOf, graphql, type ResultOf, readFragment } from '../../graphql';
import { formatBytes, formatDate, formatSeconds } from '../../lib/format';
import { Copyable } from '../../ui/Copyable';
import classes from './RunRecord.module.css';

export const RUN_RECORD = graphql(`
  fragment RunRecord_run on Run {
    id createdAt startedAt endedAt peakMemoryBytes
    backbone { id name sha256 }
    datasetVersion { id contentHash }
    engine { name version device threads }
    environment { code { version commit dirty } node libraries { name version } host { name os cpu cores memoryBytes } }
    seconds { features training evaluation }
    reproduction { agrees differences { what original now } }
  }
`);

/** By what, where and when it was computed. */
export function RunRecord({ run: of }: { readonly run: FragmentOf<typeof RUN_RECORD> }) {
  const run = readFragment(RUN_RECORD, of);
  const { engine, environment, seconds, peakMemoryBytes, backbone, reproduction } = run;
  const code = environment?.code;
  const facts: readonly (readonly [name: string, value: ReactNode])[] = [
    ['Data', <Copyable key="data" value={run.datasetVersion.contentHash} />],
    ['Backbone', backbone && <Copyable key="backbone" value={backbone.sha256} />],
    ['Engine', engine && `${engine.name} ${engine.version}, ${engine.device}, ${engine.threads} threads`],
    [
      'Code',
      code &&
        `${code.version}${code.commit ? `, commit ${code.commit.slice(0, 12)}` : ''}${code.dirty ? ', changed' : ''}`,
    ],
    ['Node', environment?.node],
    ['Libraries', environment?.libraries.map(({ name, version }) => `${name} ${version}`).join(', ')],
    ['Machine', environment && `${environment.host.name}, ${environment.host.os}`],
    ['Processor', environment && `${environment.host.cpu}, ${environment.host.cores} cores`],
    ['Memory', environment && formatBytes(environment.host.memoryBytes)],
    ['Largest memory of the process', peakMemoryBytes && formatBytes(peakMemoryBytes)],
    ['Features took', seconds && formatSeconds(seconds.features)],
    ['Training took', seconds && formatSeconds(seconds.training)],
    ['Testing took', seconds && formatSeconds(seconds.evaluation)],
    ['Made', formatDate(run.createdAt)],
    ['Started', run.startedAt && formatDate(run.startedAt)],
    ['Ended', run.endedAt && formatDate(run.endedAt)],
  ];
  return (
    <section aria-labelledby="record">
      <Title order={2} id="record" mb="xs">
        Record
      </Title>
      {reproduction && <Verdict {...reproduction} />}
      <Table aria-label="Record" className={classes.record ?? ''}>
        <Table.Tbody>
          {facts.flatMap(([name, value]) =>
            value ? (
              <Table.Tr key={name}>
                <Table.Th scope="row">{name}</Table.Th>
                <Table.Td>{value}</Table.Td>
              </Table.Tr>
            ) : (
              []
            ),
          )}
        </Table.Tbody>
      </Table>
    </section>
  );
}

type Reproduction = NonNullable<ResultOf<typeof RUN_RECORD>['reproduction']>;

function Verdict({ agrees, differences }: Reproduction) {
  return (
    <>
      <Text mb="xs">
        {agrees
          ? 'Came to the same as the run that it repeats, bit by bit.'
          : 'Did not come to the same as the run that it repeats.'}
      </Text>
      {differences.length > 0 && (
        <Table aria-label="Differences from the run that it repeats" mb="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>What</Table.Th>
              <Table.Th>Then</Table.Th>
              <Table.Th>Now</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {differences.map(({ what, original, now }) => (
              <Table.Tr key={what}>
                <Table.Td>{what}</Table.Td>
                <Table.Td>{JSON.stringify(original)}</Table.Td>
                <Table.Td>{JSON.stringify(now)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  );
}
