import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants } from 'node:zlib';
import compression from 'compression';
import express, { type RequestHandler, type Response, Router } from 'express';
import expressStaticGzip from 'express-static-gzip';
import helmet from 'helmet';
import { HubError } from '../errors.js';
import { NO_HSTS } from './no-hsts.js';
import { answerWith } from './other-methods.js';
import { refuse } from './refuse.js';

/**
 * Brotli quality, 0 to 11, of what the build has not compressed: the document, and the page of a development build. The
 * default, 4, compresses worse than gzip.
 */
const BROTLI_QUALITY = 7;

/** Placeholder in the document for the nonce of each response, without which its styles are not applied. */
const NONCE = /__NONCE__/g;

/** The base path in the document, and the addresses of its files, which are relative until the hub knows it. */
const BASE_PATH = '<meta name="base-path" content="" />';
const RELATIVE = / (src|href)="\.\//g;

/**
 * The web page. Its scripts, styles and fonts are in `folder`, under names that change with their content. Every path
 * returns the same document, which renders what the path names.
 * @param basePath path of the page behind a proxy, such as `/hub`; else empty.
 */
export function servePage(folder: string, basePath: string): Router {
  const page = Router();
  page.use(compression({ brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } } }));
  page.use('/assets', mayBeStored);
  page.use(
    '/assets',
    expressStaticGzip(join(folder, 'assets'), {
      enableBrotli: true, // files that end in .br, which the build writes beside the others
      orderPreference: ['br'],
      index: false,
      serveStatic: { immutable: true, maxAge: '1y', redirect: false },
    }),
  );
  page.use(express.static(folder, { index: false, redirect: false, cacheControl: false, setHeaders: checkAgain }));
  page.options('/{*path}', answerWith(['GET', 'HEAD']));
  page.get('/{*path}', makeNonce, pagePolicy, async (request, response, next) => {
    if (!request.headers.accept?.includes('text/html')) return next();
    const document = await readFile(join(folder, 'index.html'), 'utf8').catch(() => null);
    if (document === null) {
      const message = 'The page is not built: run "npm run build". The API is at /graphql.';
      return refuse(response, 404, new HubError('NOT_FOUND', message));
    }
    const placed = document
      .replace(BASE_PATH, BASE_PATH.replace('""', `"${basePath}"`))
      .replace(RELATIVE, ` $1="${basePath}/`);
    response.type('html').send(placed.replace(NONCE, response.locals.nonce as string));
  });
  return page;
}

/** Lets `express.static` say how long a file may be stored. */
const mayBeStored: RequestHandler = (_request, response, next) => {
  response.removeHeader('cache-control');
  next();
};

const checkAgain = (response: Response): void => void response.setHeader('cache-control', 'no-cache');

const makeNonce: RequestHandler = (_request, response, next) => {
  response.locals.nonce = randomBytes(16).toString('base64');
  next();
};

/** Nothing from other hosts, and only the page's own scripts and styles; images may be data and blob URLs. */
const pagePolicy = helmet({
  ...NO_HSTS,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: [
        "'self'",
        (_request, response) => `'nonce-${(response as { locals?: { nonce?: string } }).locals?.nonce}'`,
      ],
      fontSrc: ["'self'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
});
