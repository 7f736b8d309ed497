import { useApolloClient } from '@apollo/client/react';
import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatAge, formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';
import { Problem } from '../../ui/Problem';
import { ReasonField } from '../../ui/ReasonField';
import { RefusedButton } from '../../ui/RefusedButton';
import { Section } from '../../ui/Section';
import { SpecLine } from '../../ui/SpecLine';
import { useTask } from '../../ui/useTask';
import { GATE_CHECK, GateChecks } from './GateChecks';

export const PROMOTION_REQUEST = graphql(
  `
  fragment PromotionRequest_request on PromotionRequest {
    id alias reason overrideGate requestedBy createdAt
    gate { ...GateChecks_check }
    version { id model number testAccuracy }
  }
`,
  [GATE_CHECK],
);

const APPROVE = graphql(`
  mutation ApprovePromotion($id: ID!, $reason: String!) {
    approvePromotion(id: $id, reason: $reason) { id state }
  }
`);

const REJECT = graphql(`
  mutation RejectPromotion($id: ID!, $reason: String!) {
    rejectPromotion(id: $id, reason: $reason) { id state }
  }
`);

interface Props {
  readonly of: FragmentOf<typeof PROMOTION_REQUEST>;
  /** Name of the token in use. */
  readonly me: string;
  readonly onDecided: () => unknown;
}

/** A promotion that waits for a second person: what the gate said, and the decision. */
export function PromotionRequest({ of, me, onDecided }: Props) {
  const { id, alias, reason, overrideGate, requestedBy, createdAt, gate, version } = readFragment(
    PROMOTION_REQUEST,
    of,
  );
  const client = useApolloClient();
  const { busy, problem, run } = useTask();
  const [comment, setComment] = useState('');
  const variables = { id, reason: comment.trim() };
  const decide = (mutation: typeof APPROVE | typeof REJECT): Promise<unknown> =>
    run(() => client.mutate<unknown, { [name: string]: unknown }>({ mutation, variables }).then(onDecided));
  const look = { disabled: comment.trim() === '' || busy };
  return (
    <Section title={`${version.model} version ${version.number} → ${alias}`}>
      <SpecLine
        fields={{
          Version: (
            <Link to={urls.modelVersion(version.model, version.number)}>
              {version.model} {version.number}
            </Link>
          ),
          'Test accuracy': formatShare(version.testAccuracy, 2),
          'Requested by': `${requestedBy}, ${formatAge(createdAt)}`,
          Reason: reason,
          Gate: overrideGate ? 'overridden' : null,
        }}
      />
      <GateChecks of={gate} />
      <Stack gap="sm">
        <ReasonField
          label="Comment"
          value={comment}
          onChange={({ currentTarget }) => setComment(currentTarget.value)}
        />
        {problem !== null && <Problem title="Not decided" message={problem} />}
        <Group gap="xs">
          {requestedBy === me ? (
            <RefusedButton reason="You requested this promotion. A second person must approve it.">
              Approve
            </RefusedButton>
          ) : (
            <ActionButton needs="approvePromotion" {...look} onClick={() => decide(APPROVE)}>
              Approve and promote
            </ActionButton>
          )}
          <ActionButton needs="rejectPromotion" variant="default" {...look} onClick={() => decide(REJECT)}>
            Reject
          </ActionButton>
          <Button
            component={Link}
            to={urls.promote(version.model, version.number, alias)}
            variant="subtle"
            color="gray"
          >
            Compare with the current version
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}
