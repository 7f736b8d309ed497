import { renderGraphiQL } from '@graphql-yoga/render-graphiql';

/** The playground: GraphiQL with all its parts inline, so that it loads nothing from other hosts. */
export function renderPlayground(endpoint: string): string {
  return renderGraphiQL({
    endpoint,
    subscriptionsProtocol: 'WS',
    title: 'Model Hub',
    defaultQuery: `# Put {"authorization": "Bearer TOKEN"} under Headers below.
# The first token lies in the data folder, in the file "token".
{
  models { name aliases { name version { number testAccuracy } } }
  deployments { model alias number since }
  runs(page: { first: 10 }) {
    runs { id state backboneName testAccuracy createdAt }
  }
}
`,
  });
}
