import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** What `GET /graphql` can answer with; the first is the default. */
const ANSWERS = ['application/json', 'application/graphql-response+json', 'text/html'];

/** Answers requests that prefer HTML, those of browsers, with the page to write requests in. */
export function showPlayground(endpoint: string): RequestHandler {
  return (request, response, next) => {
    response.vary('accept');
    if (request.accepts(ANSWERS) !== 'text/html') return next();
    policy(request, response, async (error) => {
      if (error) return next(error);
      const { renderPlayground } = await import('./playground.js'); // 9 MB that a start does not need
      response.type('html').send(renderPlayground(endpoint));
    });
  };
}

/** The playground has its scripts and styles inline and connects to this hub only. */
const policy = helmet({
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'", "'unsafe-inline'", "'unsafe-eval'", 'blob:'],
      styleSrc: ["'self'", "'unsafe-inline'"],
      fontSrc: ["'self'", 'data:'],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'", 'ws:', 'wss:'],
      workerSrc: ["'self'", 'blob:'],
      upgradeInsecureRequests: null,
    },
  },
});
