import { Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { type FragmentOf, graphql, type ResultOf, readFragment } from '../../graphql';
import { formatBytes, formatDate, formatSeconds } from '../../lib/format';
import { Copyable } from '../../ui/Copyable';
import classes from './RunRecord.module.css';

export const RUN_RECORD = graphql(`
  fragment RunRecord_run on Run {
    id createdAt startedAt endedAt peakMemoryBytes
    backbone { id name sha256 trainedOn figures licence source }
    datasetVersion { id contentHash }
    engine { name version device threads features reason }
    environment { code { version commit dirty } node libraries { name version } host { name os cpu cores memoryBytes } }
    seconds { features training evaluation }
    reproduction { agrees differences { what original now } }
  }
`);

/** Engine, machine, data and times of a run. */
export function RunRecord({ run: of }: { readonly run: FragmentOf<typeof RUN_RECORD> }) {
  const run = readFragment(RUN_RECORD, of);
  const { engine, environment, seconds, peakMemoryBytes, backbone, reproduction } = run;
  const code = environment?.code;
  const facts: readonly (readonly [name: string, value: ReactNode])[] = [
    ['Data', <Copyable key="data" value={run.datasetVersion.contentHash} />],
    ['Backbone', backbone && <Copyable key="backbone" value={backbone.sha256} />],
    ['Backbone trained on', backbone?.trainedOn],
    ['Accuracy of the backbone', backbone?.figures],
    ['License of the backbone', backbone?.licence],
    ['Origin of the backbone', backbone?.source],
    ['Engine', engine && `${engine.name} ${engine.version}, ${engine.device}, ${engine.threads} threads`],
    ['Reason for the engine', engine?.reason],
    ['Features computed by', engine?.features],
    [
      'Code',
      code &&
        `${code.version}${code.commit ? `, commit ${code.commit.slice(0, 12)}` : ''}${code.dirty ? ', modified' : ''}`,
    ],
    ['Node', environment?.node],
    ['Libraries', environment?.libraries.map(({ name, version }) => `${name} ${version}`).join(', ')],
    ['Machine', environment && `${environment.host.name}, ${environment.host.os}`],
    ['CPU', environment && `${environment.host.cpu}, ${environment.host.cores} cores`],
    ['Memory', environment && formatBytes(environment.host.memoryBytes)],
    ['Peak memory of the process', peakMemoryBytes && formatBytes(peakMemoryBytes)],
    ['Feature time', seconds && formatSeconds(seconds.features)],
    ['Training time', seconds && formatSeconds(seconds.training)],
    ['Test time', seconds && formatSeconds(seconds.evaluation)],
    ['Created', formatDate(run.createdAt)],
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
          ? 'The result is identical to that of the reproduced run, bit for bit.'
          : 'The result differs from that of the reproduced run.'}
      </Text>
      {differences.length > 0 && (
        <Table aria-label="Differences from the reproduced run" mb="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Value</Table.Th>
              <Table.Th>Original</Table.Th>
              <Table.Th>Reproduction</Table.Th>
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
