import { Table } from '@mantine/core';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatDate } from '../../lib/format';
import { WideTable } from '../../ui/WideTable';
import { AliasTag } from './AliasTag';
import { precisionText } from './form-text';

export const ALIAS_HISTORY = graphql(`
  fragment AliasHistory_model on Model {
    aliasEvents { id alias rollback from to precision actor reason createdAt gate { rule passed detail } }
  }
`);

/** Every move and removal of an alias, with actor, reason and the gate's checks. */
export function AliasHistory({ of }: { readonly of: FragmentOf<typeof ALIAS_HISTORY> }) {
  const { aliasEvents } = readFragment(ALIAS_HISTORY, of);
  return (
    <WideTable minWidth={640} label="Alias moves">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>When</Table.Th>
          <Table.Th>Alias</Table.Th>
          <Table.Th>From</Table.Th>
          <Table.Th>To</Table.Th>
          <Table.Th>Serves with</Table.Th>
          <Table.Th>Actor</Table.Th>
          <Table.Th>Reason</Table.Th>
          <Table.Th>Gate</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {aliasEvents.map((event) => {
          const failed = event.gate.filter(({ passed }) => !passed);
          return (
            <Table.Tr key={event.id}>
              <Table.Td>{formatDate(event.createdAt)}</Table.Td>
              <Table.Td>
                <AliasTag name={event.alias} />
              </Table.Td>
              <Table.Td>{event.from ?? '–'}</Table.Td>
              <Table.Td>{event.to ?? 'removed'}</Table.Td>
              <Table.Td>{event.precision === null ? '–' : precisionText(event.precision)}</Table.Td>
              <Table.Td>{event.actor}</Table.Td>
              <Table.Td>{event.reason}</Table.Td>
              <Table.Td>
                {event.rollback && 'not asked: rollback'}
                {event.to === null && 'not asked: removal'}
                {event.to !== null && !event.rollback && event.gate.length === 0 && 'not checked'}
                {event.gate.length > 0 && failed.length === 0 && 'passed'}
                {failed.length > 0 && `overridden: ${failed.map(({ detail }) => detail).join(' ')}`}
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </WideTable>
  );
}
