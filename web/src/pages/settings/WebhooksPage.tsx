import { useApolloClient, useQuery } from '@apollo/client/react';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { Permitted } from '../../app/Permitted';
import { NewWebhook } from '../../features/settings/NewWebhook';
import { graphql } from '../../graphql';
import { formatAge, formatWords } from '../../lib/format';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { ConfirmDelete } from '../../ui/ConfirmDelete';
import { DataTable } from '../../ui/DataTable';
import { Empty } from '../../ui/Empty';
import { Secret } from '../../ui/Secret';
import { Section } from '../../ui/Section';

const WEBHOOKS = graphql(`
  query WebhooksPage {
    webhooks { id url events createdBy createdAt }
  }
`);

const DELETE = graphql(`
  mutation DeleteWebhook($id: ID!) {
    deleteWebhook(id: $id)
  }
`);

/** Webhooks: URLs to which the hub sends events. */
export function WebhooksPage() {
  return (
    <Permitted needs="webhooks">
      <Webhooks />
    </Permitted>
  );
}

function Webhooks() {
  const client = useApolloClient();
  const asked = useQuery(WEBHOOKS);
  const [making, { open, close }] = useDisclosure();
  const [made, setMade] = useState<{ url: string; secret: string } | null>(null);
  const [deleting, setDeleting] = useState<{ id: string; url: string } | null>(null);
  const remove = async (id: string): Promise<void> => {
    await client.mutate({ mutation: DELETE, variables: { id } });
    setDeleting(null);
    await asked.refetch();
  };
  return (
    <Section
      title="Webhooks"
      tools={
        !making && (
          <ActionButton needs="createWebhook" size="xs" onClick={open}>
            New webhook
          </ActionButton>
        )
      }
    >
      {making && (
        <NewWebhook
          onMade={(created) => {
            close();
            setMade(created);
            void asked.refetch();
          }}
          close={close}
        />
      )}
      {made && (
        <Secret
          title={`Webhook ${made.url}`}
          secret={made.secret}
          use="The receiver checks the signature of each message with it (standardwebhooks.com)."
          close={() => setMade(null)}
        />
      )}
      {deleting && (
        <ConfirmDelete
          key={deleting.id}
          label={`Delete ${deleting.url}`}
          what={`the webhook ${deleting.url} with its messages`}
          remove={() => remove(deleting.id)}
          keep={() => setDeleting(null)}
        />
      )}
      <Answer of={asked}>
        {({ webhooks }) =>
          webhooks.length === 0 ? (
            <Empty
              title="No webhooks yet"
              text="The hub sends a signed message to each webhook when a run ends, a version is registered or an alias moves."
            />
          ) : (
            <DataTable
              label="Webhooks"
              heads={['URL', 'Events', 'Created', 'Actions']}
              rows={webhooks.map(({ id, url, events, createdBy, createdAt }) => ({
                key: id,
                cells: [
                  <Link key="url" to={urls.webhook(id)} style={{ overflowWrap: 'anywhere' }}>
                    {url}
                  </Link>,
                  <span key="events" className="prose">
                    {events.map(formatWords).join(', ')}
                  </span>,
                  `${formatAge(createdAt)} by ${createdBy}`,
                  <ActionButton
                    key="delete"
                    needs="deleteWebhook"
                    size="compact-sm"
                    variant="default"
                    aria-label={`Delete ${url}`}
                    onClick={() => setDeleting({ id, url })}
                  >
                    Delete…
                  </ActionButton>,
                ],
              }))}
            />
          )
        }
      </Answer>
    </Section>
  );
}
