import { useApolloClient, useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { Permitted } from '../../app/Permitted';
import { NewWebhook } from '../../features/settings/NewWebhook';
import { SecretSection } from '../../features/settings/SecretSection';
import { graphql } from '../../graphql';
import { formatAge, formatWords } from '../../lib/format';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { ConfirmDelete } from '../../ui/ConfirmDelete';
import { DataTable } from '../../ui/DataTable';
import { Empty } from '../../ui/Empty';

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
  const [deleting, setDeleting] = useState<{ id: string; url: string } | null>(null);
  const remove = async (id: string): Promise<void> => {
    await client.mutate({ mutation: DELETE, variables: { id } });
    setDeleting(null);
    await asked.refetch();
  };
  return (
    <SecretSection<{ url: string; secret: string }>
      title="Webhooks"
      action="New webhook"
      needs="createWebhook"
      form={(props) => <NewWebhook {...props} />}
      shown={({ url }) => ({
        title: `Webhook ${url}`,
        use: 'The receiver checks the signature of each message with it (standardwebhooks.com).',
      })}
      onMade={() => asked.refetch()}
    >
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
    </SecretSection>
  );
}
