import { Button, Code, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { type FormEvent, useId, useState } from 'react';
import { ENDPOINT } from './client';
import classes from './SignIn.module.css';
import { type Session, signIn } from './session';

/** Asks for a token, and takes it once the hub has said that it knows it. */
export function SignIn({ reason }: Pick<Session, 'reason'>) {
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState(reason);
  const [asking, setAsking] = useState(false);
  const heading = useId();

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setAsking(true);
    const refused = await refusalOf(token.trim());
    setAsking(false);
    if (refused) setProblem(refused);
    else signIn(token.trim());
  };

  return (
    <main className={classes.page} aria-labelledby={heading}>
      <form onSubmit={submit}>
        <Stack>
          <Title order={1} id={heading}>
            Model Hub
          </Title>
          <Text>
            Who uses a hub needs a token. The hub made the first one when it was started: it lies in its data folder, in
            the file <Code>token</Code>, and <Code>npm run hub -- token</Code> prints it.
          </Text>
          <PasswordInput
            label="Token"
            value={token}
            onChange={({ currentTarget }) => setToken(currentTarget.value)}
            error={problem}
            autoComplete="off"
            data-autofocus
          />
          <Button type="submit" loading={asking} disabled={!token.trim()}>
            Sign in
          </Button>
        </Stack>
      </form>
    </main>
  );
}

/** @returns why the hub refuses a token; null when it takes it. */
async function refusalOf(token: string): Promise<string | null> {
  const request: RequestInit = {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ __typename }' }),
  };
  const status = await fetch(ENDPOINT, request).then(
    (response) => response.status,
    () => 0,
  );
  if (status === 200) return null;
  if (status === 401) return 'The hub does not know this token. Look whether all of it was copied.';
  return 'The hub does not answer. Look whether it runs, then try again.';
}
