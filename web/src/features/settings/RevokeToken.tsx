import { useMutation } from '@apollo/client/react';
import { Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { graphql } from '../../graphql';
import { HubForm } from '../../ui/HubForm';
import { ReasonField } from '../../ui/ReasonField';

const REVOKE = graphql(`
  mutation RevokeToken($id: ID!, $reason: String) {
    revokeToken(id: $id, reason: $reason) { id revokedAt }
  }
`);

interface Props {
  readonly token: { readonly id: string; readonly name: string };
  readonly onRevoked: () => void;
  readonly close: () => void;
}

/** Asks why a token is revoked, and revokes it. */
export function RevokeToken({ token: { id, name }, onRevoked, close }: Props) {
  const [revoke] = useMutation(REVOKE);
  const form = useForm({ initialValues: { reason: '' } });
  return (
    <HubForm
      form={form}
      label={`Revoke ${name}`}
      action="Revoke"
      refusal="Not revoked"
      onSubmit={({ reason }) => revoke({ variables: { id, reason: reason.trim() || null } }).then(onRevoked)}
      close={close}
    >
      <Text>Revoke {name}? The hub refuses it at once and ends its sessions. This cannot be undone.</Text>
      <ReasonField required={false} {...form.getInputProps('reason')} autoFocus />
    </HubForm>
  );
}
