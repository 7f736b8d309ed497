import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { z } from 'zod';
import { NO_HSTS } from '../no-hsts.js';
import { type Route, withJson } from '../route.js';
import type { Description } from './describe.js';

const OPENAPI = '/v1/openapi.json';
const DOCS = '/v1/docs';

/**
 * The routes, and two more that describe all of them: `/v1/openapi.json` for programs and `/v1/docs` for people.
 * @param basePath path of the hub behind a proxy, such as `/hub`; else empty.
 */
export function withDescription(routes: readonly Route[], basePath: string): readonly Route[] {
  let made: Promise<Description> | undefined;
  const describe = (): Promise<Description> => {
    made ??= import('./describe.js').then((module) => module.describe(all, basePath));
    return made;
  };
  const all: readonly Route[] = [...routes, descriptionRoute(describe), pageRoute(describe, basePath)];
  return all;
}

function descriptionRoute(describe: () => Promise<Description>): Route {
  return {
    method: 'get',
    path: OPENAPI,
    needs: null,
    name: 'openapi',
    summary: 'This description, an OpenAPI 3.1 document',
    ...withJson(z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }), async () => ({
      ...(await describe()),
    })),
  };
}

function pageRoute(describe: () => Promise<Description>, basePath: string): Route {
  let page: Promise<{ readonly html: string; readonly policy: RequestHandler }> | undefined;
  const make = async () => {
    const { docsPage, SCRIPT, STYLE } = await import('./docs-page.js');
    return { html: docsPage(await describe(), basePath), policy: policyOf(SCRIPT, STYLE) };
  };
  return {
    method: 'get',
    path: DOCS,
    needs: null,
    name: 'docs',
    summary: 'This description as a page that sends requests',
    answers: { 200: { 'text/html': z.string() } },
    async answer(request, response, next) {
      page ??= make();
      const { html, policy } = await page;
      policy(request, response, (error?: unknown) => (error ? next(error) : response.type('html').send(html)));
    },
  };
}

/** Only the page's own script and style, by their hashes, and requests to this hub. */
function policyOf(script: string, style: string): RequestHandler {
  const hashOf = (content: string): string => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
  return helmet({
    ...NO_HSTS,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: [hashOf(script)],
        styleSrc: [hashOf(style)],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
  });
}
