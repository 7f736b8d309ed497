import { useMutation, useQuery } from '@apollo/client/react';
import { useParams } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { Permitted } from '../../app/Permitted';
import { graphql, type ResultOf } from '../../graphql';
import { formatAge, formatDate, formatWords } from '../../lib/format';
import { Answer } from '../../ui/Answer';
import { DataTable } from '../../ui/DataTable';
import { Empty } from '../../ui/Empty';
import { Problem } from '../../ui/Problem';
import { Section } from '../../ui/Section';
import { SpecLine } from '../../ui/SpecLine';
import { useTask } from '../../ui/useTask';

const WEBHOOK = graphql(`
  query WebhookPage($id: ID!) {
    webhooks { id url events createdBy createdAt }
    webhookDeliveries(webhookId: $id) {
      id event state attempts createdAt lastStatus lastError nextAttemptAt payload
    }
  }
`);

const TEST = graphql(`
  mutation TestWebhook($id: ID!) {
    testWebhook(id: $id) { id }
  }
`);

type Delivery = ResultOf<typeof WEBHOOK>['webhookDeliveries'][number];

/** Milliseconds between two looks at messages under way. */
const ASK_EVERY = 2_000;

/** A webhook: its latest messages, and a test. */
export function WebhookPage() {
  const { id = '' } = useParams();
  return (
    <Permitted needs="webhookDeliveries">
      <Webhook key={id} id={id} />
    </Permitted>
  );
}

function Webhook({ id }: { readonly id: string }) {
  const asked = useQuery(WEBHOOK, { variables: { id }, pollInterval: ASK_EVERY });
  const [test] = useMutation(TEST);
  const { busy, problem, run } = useTask();
  const send = (): Promise<unknown> => test({ variables: { id } }).then(() => asked.refetch());
  return (
    <Answer of={asked}>
      {({ webhooks, webhookDeliveries: deliveries }) => {
        const webhook = webhooks.find((each) => each.id === id);
        return (
          webhook && (
            <Section
              title={webhook.url}
              tools={
                <ActionButton needs="testWebhook" size="xs" loading={busy} onClick={() => run(send)}>
                  Send a test
                </ActionButton>
              }
            >
              <SpecLine
                fields={{
                  Events: webhook.events.map(formatWords).join(', '),
                  Created: `${formatAge(webhook.createdAt)} by ${webhook.createdBy}`,
                }}
              />
              {problem !== null && <Problem title="No test was sent" message={problem} />}
              {deliveries.length === 0 ? (
                <Empty title="No messages yet" text="Send a test to see whether the receiver answers." />
              ) : (
                <DataTable
                  label="Messages"
                  heads={['Time', 'Event', 'State', ' Attempts', 'Last answer', 'Next attempt', 'Message']}
                  rows={deliveries.map((delivery) => ({ key: delivery.id, cells: cellsOf(delivery) }))}
                />
              )}
            </Section>
          )
        );
      }}
    </Answer>
  );
}

const STATES = { DELIVERED: '✓ delivered', FAILED: '✗ failed', WAITING: 'waiting' } as const;

function cellsOf({ event, state, attempts, createdAt, lastStatus, lastError, nextAttemptAt, payload }: Delivery) {
  return [
    <time key="at" dateTime={createdAt}>
      {formatDate(createdAt)}
    </time>,
    formatWords(event),
    STATES[state],
    attempts,
    lastStatus === null
      ? lastError && (
          <span key="error" className="prose">
            {lastError}
          </span>
        )
      : `HTTP ${lastStatus}`,
    nextAttemptAt && formatDate(nextAttemptAt),
    <details key="payload">
      <summary>Show</summary>
      <pre>{payload}</pre>
    </details>,
  ];
}
