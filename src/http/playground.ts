import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import {
  css,
  editorWorkerService,
  favicon,
  graphqlWorker,
  js,
  jsonWorker,
} from '@graphql-yoga/render-graphiql/graphiql';
import type { Request, Response } from 'express';

type Encoding = 'br' | 'gzip' | 'identity';

/** How a file is compressed. Brotli at its best takes twelve times as long as this, for a twelfth less. */
const ENCODERS: Readonly<Record<Encoding, (content: Buffer) => Promise<Buffer>>> = {
  br: (content) => promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (content) => promisify(gzip)(content),
  identity: async (content) => content,
};

/** A file of the playground. It is compressed once for each encoding that browsers ask for. */
class Part {
  readonly #encoded = new Map<Encoding, Promise<Buffer>>();

  constructor(
    readonly type: string,
    private readonly content: string | Buffer,
  ) {}

  encoded(encoding: Encoding): Promise<Buffer> {
    const made = this.#encoded.get(encoding) ?? ENCODERS[encoding](Buffer.from(this.content));
    if (encoding !== 'identity') this.#encoded.set(encoding, made);
    return made;
  }
}

const QUERY = `{
  models { name aliases { name version { number testAccuracy } } }
  deployments { model alias number since }
  runs(first: 10) {
    edges { node { id state backboneName testAccuracy createdAt } }
  }
}
`;

const SIGNED_OUT = `# Put {"authorization": "Bearer TOKEN"} under Headers below, or sign in on the page of the hub and load this again.
# The first token is in the data folder, in the file "token".
`;

/**
 * Starts GraphiQL, with the token that the page of the hub keeps in this browser; see web/src/app/session.ts. The document says
 * where the other parts are.
 */
const START = `const { workers, options, query, signedOut } = JSON.parse(document.getElementById('playground').textContent);
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_, label) => workers[label] };
const token = localStorage.getItem('model-hub-token' + location.pathname.replace(/\\/graphql\\/?$/, ''));
const authorization = 'Bearer ' + token;
YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
  ...options,
  ...(token
    ? { defaultQuery: query, additionalHeaders: { authorization }, connectionParams: { authorization } }
    : { defaultQuery: signedOut + query }),
});
`;

const WORKERS = { editorWorkerService, json: jsonWorker, graphql: graphqlWorker };

/** The playground: GraphiQL with all its parts from this hub, under names that change with their content. */
export class Playground {
  readonly #parts: ReadonlyMap<string, Part>;
  readonly #document: string;

  private constructor(parts: ReadonlyMap<string, Part>, document: string) {
    this.#parts = parts;
    this.#document = document;
  }

  /** @param endpoint path of the API, below which the parts are. */
  static open(endpoint: string): Playground {
    const parts = new Map<string, Part>();
    const add = (type: string, ending: string, content: string | Buffer): string => {
      const name = `${createHash('sha256').update(content).digest('hex').slice(0, 16)}.${ending}`;
      parts.set(name, new Part(type, content));
      return `${endpoint}/parts/${name}`;
    };
    const script = (content: string): string => add('text/javascript', 'js', content);
    const workers = Object.fromEntries(Object.entries(WORKERS).map(([label, content]) => [label, script(content)]));
    const icon = Buffer.from(favicon.slice(favicon.indexOf(',') + 1), 'base64');
    const addresses = {
      style: add('text/css', 'css', css),
      icon: add('image/x-icon', 'ico', icon),
      graphiql: script(js),
      start: script(START),
    };
    const options = { endpoint, subscriptionsProtocol: 'WS', title: 'Model Hub' };
    const settings = { workers, options, query: QUERY, signedOut: SIGNED_OUT };
    return new Playground(parts, documentOf(addresses, JSON.stringify(settings)));
  }

  get document(): string {
    return this.#document;
  }

  /** Sends a part; false when there is none of this name. */
  async send(name: string, request: Request, response: Response): Promise<boolean> {
    const part = this.#parts.get(name);
    if (!part) return false;
    response.setHeader('cache-control', 'public, max-age=31536000, immutable');
    response.type(part.type).vary('accept-encoding');
    const encoding = (['br', 'gzip'] as const).find((known) => request.acceptsEncodings(known)) ?? 'identity';
    const content = await part.encoded(encoding);
    if (encoding !== 'identity') response.setHeader('content-encoding', encoding);
    response.setHeader('content-length', content.length);
    response.end(content);
    return true;
  }
}

/** @param settings JSON, which the escaping of `<` lets stand in a script element. */
function documentOf(
  { style, icon, graphiql, start }: Record<'style' | 'icon' | 'graphiql' | 'start', string>,
  settings: string,
): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Model Hub</title>
    <link rel="icon" href="${icon}" />
    <link rel="stylesheet" href="${style}" />
    <script type="application/json" id="playground">${settings.replaceAll('<', '\\u003c')}</script>
    <script defer src="${graphiql}"></script>
    <script defer src="${start}"></script>
  </head>
  <body class="no-focus-outline">
    <noscript>The playground needs JavaScript.</noscript>
    <div id="root"></div>
  </body>
</html>
`;
}
