import { useQuery } from '@apollo/client/react';
import { Switch } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { ActionButton } from '../../app/ActionButton';
import { Permitted } from '../../app/Permitted';
import { NewToken } from '../../features/settings/NewToken';
import { RevokeToken } from '../../features/settings/RevokeToken';
import { graphql, type ResultOf } from '../../graphql';
import { formatAge, formatDate } from '../../lib/format';
import { Answer } from '../../ui/Answer';
import { DataTable } from '../../ui/DataTable';
import { Secret } from '../../ui/Secret';
import { Section } from '../../ui/Section';

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
  const [making, { open, close }] = useDisclosure();
  const [made, setMade] = useState<{ name: string; secret: string } | null>(null);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const [past, setPast] = useState(false);
  return (
    <Section
      title="Tokens"
      tools={
        !making && (
          <ActionButton needs="createToken" size="xs" onClick={open}>
            New token
          </ActionButton>
        )
      }
    >
      {making && (
        <NewToken
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
          title={`Token ${made.name}`}
          secret={made.secret}
          use="Its holder signs in with it, or sends it as “Authorization: Bearer SECRET”."
          close={() => setMade(null)}
        />
      )}
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
    </Section>
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
