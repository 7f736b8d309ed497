import { Table } from '@mantine/core';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatCount, formatShare } from '../../lib/format';
import { WideTable } from '../../ui/WideTable';

export const TRAFFIC = graphql(`
  fragment Traffic_version on VersionTraffic {
    version predictions
    feedback { judged accuracy low high }
    drift { verdict text }
  }
`);

/** Of the answers that were kept: how often they were right, and whether the photos have changed. */
export function Traffic({ of }: { readonly of: readonly FragmentOf<typeof TRAFFIC>[] }) {
  const versions = readFragment(TRAFFIC, of);
  return (
    <WideTable minWidth={640} label="Answers that were kept">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Version</Table.Th>
          <Table.Th>Kept</Table.Th>
          <Table.Th>Judged</Table.Th>
          <Table.Th>Right</Table.Th>
          <Table.Th>Beside the test images</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {versions.map(({ version, predictions, feedback: { judged, accuracy, low, high }, drift }) => (
          <Table.Tr key={version}>
            <Table.Td>{version}</Table.Td>
            <Table.Td>{formatCount(predictions)}</Table.Td>
            <Table.Td>{formatCount(judged)}</Table.Td>
            <Table.Td>
              {accuracy === null || low === null || high === null
                ? '–'
                : `${formatShare(accuracy)} (${formatShare(low)} to ${formatShare(high)})`}
            </Table.Td>
            <Table.Td>
              {drift.verdict.toLowerCase().replace('_', ' ')}: {drift.text}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
