import { Table } from '@mantine/core';
import { Link } from 'react-router';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';

export const VERSION_PAIR = graphql(`
  fragment VersionPair_version on ModelVersion {
    id model number testAccuracy testLoss imageSize
    backbone { id name }
    datasetVersion { id dataset number }
  }
`);

type Of = FragmentOf<typeof VERSION_PAIR>;

/** The present and the new version of an alias, metric by metric. */
export function VersionPair({ now, then }: { readonly now: Of | undefined; readonly then: Of }) {
  const before = now && readFragment(VERSION_PAIR, now);
  const after = readFragment(VERSION_PAIR, then);
  const points = before && 100 * (after.testAccuracy - before.testAccuracy);
  const rows = [
    ['Test accuracy', before && formatShare(before.testAccuracy, 2), formatShare(after.testAccuracy, 2)],
    ['Test loss', before?.testLoss?.toFixed(4), after.testLoss?.toFixed(4) ?? '–'],
    ['Tested on', before && dataName(before), dataName(after)],
    ['Backbone', before?.backbone.name, after.backbone.name],
    ['Image size (px)', before && String(before.imageSize), String(after.imageSize)],
  ] as const;
  return (
    <>
      <Table verticalSpacing={4} maw={560}>
        <Table.Thead>
          <Table.Tr>
            <Table.Td />
            <Table.Th>{before ? `Current: version ${before.number}` : 'Current: none'}</Table.Th>
            <Table.Th>
              New: <Link to={urls.modelVersion(after.model, after.number)}>version {after.number}</Link>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([name, was, is]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td>{was ?? '–'}</Table.Td>
              <Table.Td fw={was !== undefined && was !== is ? 600 : 400}>{is}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {points !== undefined && (
        <p>
          {points === 0
            ? 'Test accuracy is unchanged.'
            : `Test accuracy: ${points > 0 ? '+' : '−'}${Math.abs(points).toFixed(2)} points.`}
        </p>
      )}
    </>
  );
}

const dataName = ({
  datasetVersion: { dataset, number },
}: {
  datasetVersion: { dataset: string; number: number };
}): string => `${dataset} ${number}`;
