import { Code, PasswordInput, Text, Title } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useId } from 'react';
import { HubForm } from '../ui/HubForm';
import { ENDPOINT } from './client';
import classes from './SignIn.module.css';
import { type Session, signIn } from './session';

/** Asks for a token, and uses it once the hub has accepted it. */
export function SignIn({ reason }: Pick<Session, 'reason'>) {
  const form = useForm({ initialValues: { token: '' }, validate: { token: isNotEmpty() } });
  const heading = useId();
  const submit = async ({ token }: typeof form.values): Promise<void> => {
    await check(token.trim());
    signIn(token.trim());
  };
  return (
    <main className={classes.page} aria-labelledby={heading}>
      <HubForm
        form={form}
        action="Sign in"
        refusal="Not signed in"
        {...(reason && { problem: reason })}
        onSubmit={submit}
      >
        <Title order={1} id={heading}>
          Model Hub
        </Title>
        <Text>
          You need an access token to use this hub. The first one is in the file <Code>token</Code> of its data folder;{' '}
          <Code>npm run hub -- token</Code> prints it.
        </Text>
        <PasswordInput label="Token" {...form.getInputProps('token')} autoComplete="off" data-autofocus />
      </HubForm>
    </main>
  );
}

/** @throws Error that says why the hub does not accept a token. */
async function check(token: string): Promise<void> {
  const request: RequestInit = {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ __typename }' }),
  };
  const status = await fetch(ENDPOINT, request).then(
    (response) => response.status,
    () => 0,
  );
  if (status === 401) throw new Error('Unknown token. Check that you copied all of it.');
  if (status !== 200) throw new Error('The hub does not answer. Check that it is running, then try again.');
}
