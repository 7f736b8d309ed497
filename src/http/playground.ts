import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import {
  css,
  editorWorkerService,
  favicon,
  graphqlWorker,
  js,
  jsonWorker,
} from '@graphql-yoga/render-graphiql/graphiql';
import type { Request, Response } from 'express';

/** A file of the playground, compressed once for all answers. */
interface Part {
  readonly type: string;
  readonly gzipped: Buffer;
}

const DEFAULT_QUERY = `# Put {"authorization": "Bearer TOKEN"} under Headers below.
# The first token lies in the data folder, in the file "token".
{
  models { name aliases { name version { number testAccuracy } } }
  deployments { model alias number since }
  runs(page: { first: 10 }) {
    runs { id state backboneName testAccuracy createdAt }
  }
}
`;

/** Starts GraphiQL. The document says where the other parts are. */
const START = `const { workers, options } = JSON.parse(document.getElementById('playground').textContent);
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_, label) => workers[label] };
YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), options);
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
  static async open(endpoint: string): Promise<Playground> {
    const parts = new Map<string, Part>();
    const add = async (type: string, ending: string, content: string | Buffer): Promise<string> => {
      const name = `${createHash('sha256').update(content).digest('hex').slice(0, 16)}.${ending}`;
      parts.set(name, { type, gzipped: await promisify(gzip)(content) });
      return `${endpoint}/parts/${name}`;
    };
    const script = (content: string): Promise<string> => add('text/javascript', 'js', content);
    const workers: Record<string, string> = {};
    for (const [label, content] of Object.entries(WORKERS)) workers[label] = await script(content);
    const icon = Buffer.from(favicon.slice(favicon.indexOf(',') + 1), 'base64');
    const addresses = {
      style: await add('text/css', 'css', css),
      icon: await add('image/x-icon', 'ico', icon),
      graphiql: await script(js),
      start: await script(START),
    };
    const options = { endpoint, subscriptionsProtocol: 'WS', title: 'Model Hub', defaultQuery: DEFAULT_QUERY };
    return new Playground(parts, documentOf(addresses, JSON.stringify({ workers, options })));
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
    if (request.acceptsEncodings('gzip')) {
      response.setHeader('content-encoding', 'gzip');
      response.setHeader('content-length', part.gzipped.length);
      response.end(part.gzipped);
    } else {
      const sent = pipeline(Readable.from([part.gzipped]), createGunzip(), response);
      await sent.catch(() => undefined); // the client has disconnected
    }
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
