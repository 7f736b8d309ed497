import { Table, Text } from '@mantine/core';
import type { CurvesOf } from '../../lib/curves';
import { formatShare } from '../../lib/format';
import { WideTable } from '../../ui/WideTable';

/** Rows shown; zooming reaches the others. */
const ROWS = 60;

interface Props {
  readonly runs: readonly CurvesOf[];
  readonly zoom: readonly [from: number, to: number] | null;
}

/** The values of the curves as a table. */
export function EpochTable({ runs, zoom }: Props) {
  const rows = runs.flatMap(({ name, epochs }) => epochs.map((figures) => ({ name, ...figures })));
  const zoomed = rows.filter(({ epoch }) => !zoom || (epoch >= zoom[0] && epoch <= zoom[1]));
  const shown = zoomed.slice(-ROWS);
  return (
    <>
      {shown.length < zoomed.length && (
        <Text c="dimmed">
          The last {ROWS} of {zoomed.length} rows.
        </Text>
      )}
      <WideTable label="Metrics by epoch" minWidth={420}>
        <Table.Thead>
          <Table.Tr>
            {runs.length > 1 && <Table.Th>Run</Table.Th>}
            {['Epoch', 'Train loss', 'Validation loss', 'Train accuracy', 'Validation accuracy'].map((head) => (
              <Table.Th key={head} className="number">
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ name, epoch, trainLoss, validationLoss, trainAccuracy, validationAccuracy }) => (
            <Table.Tr key={`${name} ${epoch}`}>
              {runs.length > 1 && <Table.Td className="mono">{name}</Table.Td>}
              <Table.Td className="number">{epoch}</Table.Td>
              <Table.Td className="number">{trainLoss.toFixed(4)}</Table.Td>
              <Table.Td className="number">{validationLoss.toFixed(4)}</Table.Td>
              <Table.Td className="number">{formatShare(trainAccuracy, 2)}</Table.Td>
              <Table.Td className="number">{formatShare(validationAccuracy, 2)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
    </>
  );
}
