import { ApolloProvider, useReactiveVar } from '@apollo/client/react';
import { MantineProvider } from '@mantine/core';
import { Suspense } from 'react';
import { client } from './client';
import { lazyPage } from './lazy-page';
import { Pages } from './Pages';
import { session } from './session';
import { theme, variables } from './theme';

/** Nonce that the content security policy requires of every style element; the hub writes it into the document. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content;

const SignIn = lazyPage(async () => (await import('./SignIn')).SignIn);

export function App() {
  const { token, reason } = useReactiveVar(session);
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      cssVariablesResolver={variables}
      {...(nonce ? { getStyleNonce: () => nonce } : {})}
    >
      {token ? (
        <ApolloProvider client={client}>
          <Pages />
        </ApolloProvider>
      ) : (
        <Suspense>
          <SignIn {...(reason ? { reason } : {})} />
        </Suspense>
      )}
    </MantineProvider>
  );
}
