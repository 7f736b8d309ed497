import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { NO_HSTS } from './no-hsts.js';
import type { Playground } from './playground.js';

/** What `GET /graphql` can answer with; the first is the default. */
const ANSWERS = ['application/json', 'application/graphql-response+json', 'text/html'];

/** The page to write requests in, for requests that prefer HTML, those of browsers; and its parts, below `/parts`. */
export function showPlayground(endpoint: string): { document: RequestHandler[]; parts: RequestHandler } {
  let opened: Promise<Playground> | undefined;
  const open = (): Promise<Playground> => {
    // 9 MB that a start does not need.
    opened ??= import('./playground.js').then(({ Playground }) => Playground.open(endpoint));
    return opened;
  };
  return {
    document: [policy, showDocument(open)],
    async parts(request, response, next) {
      if (!['GET', 'HEAD'].includes(request.method)) return next();
      if (!(await (await open()).send(request.path.slice(1), request, response))) next();
    },
  };
}

function showDocument(open: () => Promise<Playground>): RequestHandler {
  return async (request, response, next) => {
    response.vary('accept');
    if (request.accepts(ANSWERS) !== 'text/html') return next();
    response.type('html').send((await open()).document);
  };
}

/** The playground connects to this hub only. Its editor makes styles, and may make code. */
const policy = helmet({
  ...NO_HSTS,
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'", "'unsafe-eval'", 'blob:'],
      styleSrc: ["'self'", "'unsafe-inline'"],
      fontSrc: ["'self'", 'data:'],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'", 'ws:', 'wss:'],
      workerSrc: ["'self'", 'blob:'],
      upgradeInsecureRequests: null,
    },
  },
});
