import { useQuery } from '@apollo/client/react';
import { Switch } from '@mantine/core';
import { useState } from 'react';
import { ActionButton } from '../../app/ActionButton';
import { Permitted } from '../../app/Permitted';
import { NewToken } from '../../features/settings/NewToken';
import { RevokeToken } from '../../features/settings/RevokeToken';
import { SecretSection } from '../../features/settings/SecretSection';
import { graphql, type ResultOf } from '../../graphql';
import { formatAge, formatDate } from '../../lib/format';
import { Answer } from '../../ui/Answer';
import { DataTable } from '../../ui/DataTable';

const TOKENS = graphql(`
  query TokensPage {
    tokens { id name role model createdBy createdAt lastUsedAt expiresAt revokedAt }
  }
`);

type Token = ResultOf<typeof TOKENS>['tokens'][number];

/** Access tokens: who has one, a new one, and revoking one. */
export function TokensPage() {
  return (
    <Permitted needs="tokens">
      <Tokens />
    </Permitted>
  );
}

function Tokens() {
  const asked = useQuery(TOKENS);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const [past, setPast] = useState(false);
  return (
    <SecretSection<{ name: string; secret: string }>
      title="Tokens"
      action="New token"
      needs="createToken"
      form={(props) => <NewToken {...props} />}
      shown={({ name }) => ({
        title: `Token ${name}`,
        use: 'Its holder signs in with it, or sends it as “Authorization: Bearer SECRET”.',
      })}
      onMade={() => asked.refetch()}
    >
      {revoking && (
        <RevokeToken
          key={revoking.id}
          token={revoking}
          onRevoked={() => {
            setRevoking(null);
            void asked.refetch();
          }}
          close={() => setRevoking(null)}
        />
      )}
      <Switch
        size="xs"
        my="xs"
        label="Show revoked and expired tokens"
        checked={past}
        onChange={({ currentTarget }) => setPast(currentTarget.checked)}
      />
      <Answer of={asked}>
        {({ tokens }) => (
          <DataTable
            label="Tokens"
            heads={['Name', 'Role', 'Model', 'State', 'Last used', 'Created', 'Actions']}
            rows={tokens
              .filter((token) => past || isValid(token))
              .map((token) => ({
                key: token.id,
                cells: [
                  token.name,
                  token.role,
                  token.model ?? 'all',
                  stateOf(token),
                  token.lastUsedAt ? formatAge(token.lastUsedAt) : 'never',
                  `${formatAge(token.createdAt)} by ${token.createdBy ?? 'the hub'}`,
                  isValid(token) && (
                    <ActionButton
                      key="revoke"
                      needs="revokeToken"
                      size="compact-sm"
                      variant="default"
                      aria-label={`Revoke ${token.name}`}
                      onClick={() => setRevoking(token)}
                    >
                      Revoke…
                    </ActionButton>
                  ),
                ],
              }))}
          />
        )}
      </Answer>
    </SecretSection>
  );
}

const isExpired = ({ expiresAt }: Token): boolean => expiresAt !== null && new Date(expiresAt).getTime() <= Date.now();
const isValid = (token: Token): boolean => token.revokedAt === null && !isExpired(token);

function stateOf(token: Token): string {
  const { revokedAt, expiresAt } = token;
  if (revokedAt) return `revoked ${formatDate(revokedAt)}`;
  if (!expiresAt) return 'valid';
  return isExpired(token) ? `expired ${formatDate(expiresAt)}` : `valid until ${formatDate(expiresAt)}`;
}
