// Classifies a photo with Apollo Client, which uploads it, and subscribes to changes.   node apollo-client.mjs MODEL PHOTO
import { openAsBlob } from 'node:fs';
import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { getMainDefinition } from '@apollo/client/utilities';
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const [model, photo] = process.argv.slice(2);
const { HUB_URL, HUB_TOKEN } = process.env;
const authorization = `Bearer ${HUB_TOKEN}`;

const http = new UploadHttpLink({
  uri: `${HUB_URL}/graphql`,
  headers: { authorization, 'apollo-require-preflight': 'true' },
});
const socket = createClient({
  url: `${HUB_URL.replace(/^http/, 'ws')}/graphql`,
  webSocketImpl: WebSocket,
  connectionParams: { authorization },
});
const isSubscription = ({ query }) => getMainDefinition(query).operation === 'subscription';
const client = new ApolloClient({
  link: ApolloLink.split(isSubscription, new GraphQLWsLink(socket), http),
  cache: new InMemoryCache(),
});

const { data } = await client.mutate({
  mutation: gql`
    mutation Classify($image: Upload!, $model: String!) {
      classify(image: $image, model: $model) {
        label
        confidence
        modelVersion
      }
    }
  `,
  variables: { image: await openAsBlob(photo), model },
});
console.log(JSON.stringify(data.classify));

// The last run with its events, from the first one; the subscription ends with the run.
const { data: found } = await client.query({ query: gql`{ runs(first: 1) { edges { node { id } } } }` });
const events = client.subscribe({
  query: gql`
    subscription RunEvents($id: ID!) {
      runEvents(id: $id) {
        number
        state
        epoch {
          epoch
          validationAccuracy
        }
      }
    }
  `,
  variables: { id: found.runs.edges[0].node.id },
});
await new Promise((complete, error) => {
  const next = ({ data: { runEvents } }) => {
    if (runEvents.epoch) console.log(JSON.stringify(runEvents.epoch));
  };
  events.subscribe({ next, complete, error });
});
await socket.dispose();
