import { Table } from '@mantine/core';
import { type Enum, type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatCount, formatShare } from '../../lib/format';
import { WideTable } from '../../ui/WideTable';

export const TRAFFIC = graphql(`
  fragment Traffic_version on VersionTraffic {
    version predictions
    feedback { judged accuracy low high }
    drift { verdict text }
  }
`);

const DRIFT_NAMES: Readonly<Record<Enum<'DriftVerdict'>, string>> = {
  STABLE: 'stable',
  SHIFTED: 'shifted',
  DIFFERENT: 'different',
  TOO_FEW: 'too few',
  NO_REFERENCE: 'no reference',
};

/** Accuracy of the kept predictions by feedback, and drift of the photos. */
export function Traffic({ of }: { readonly of: readonly FragmentOf<typeof TRAFFIC>[] }) {
  const versions = readFragment(TRAFFIC, of);
  return (
    <WideTable minWidth={640} label="Kept predictions">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Version</Table.Th>
          <Table.Th>Kept</Table.Th>
          <Table.Th>Labeled</Table.Th>
          <Table.Th>Correct (95% CI)</Table.Th>
          <Table.Th>Drift vs. test set</Table.Th>
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
              {DRIFT_NAMES[drift.verdict]}: {drift.text}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
