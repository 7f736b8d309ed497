import { useLazyQuery } from '@apollo/client/react';
import { Group, Text } from '@mantine/core';
import { ActionButton } from '../../app/ActionButton';
import { graphql } from '../../graphql';
import { formatCount } from '../../lib/format';
import { messageOf } from '../../ui/Answer';
import { Copyable } from '../../ui/Copyable';
import { Problem } from '../../ui/Problem';

const CHAIN = graphql(`
  query AuditChain {
    auditChain { intact lastHash broken { number why } }
  }
`);

/** Checks on request that no row of the audit log was changed or removed. */
export function AuditCheck() {
  const [check, { data, error, loading }] = useLazyQuery(CHAIN, { fetchPolicy: 'network-only' });
  const chain = data?.auditChain;
  return (
    <>
      <Group gap="sm" mb="sm">
        <ActionButton needs="auditChain" size="xs" variant="default" loading={loading} onClick={() => check()}>
          Verify the log
        </ActionButton>
        <Text component="div" role="status">
          {chain && !chain.broken && (
            <>
              ✓ All {formatCount(chain.intact)} events are intact. Last hash: <Copyable value={chain.lastHash} />
            </>
          )}
        </Text>
      </Group>
      {chain?.broken && (
        <Problem
          title={`✗ Event ${chain.broken.number} is not as it was written`}
          message={`${chain.broken.why} The ${formatCount(chain.intact)} events before it are intact.`}
        />
      )}
      {error && <Problem message={messageOf(error)} />}
    </>
  );
}
