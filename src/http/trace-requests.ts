import type { Request, RequestHandler, Response } from 'express';
import type { Span, Tracing } from '../tracing/tracing.js';

/** Routes that are asked every few seconds, by machines: their spans would hide the others. */
const PROBES: ReadonlySet<unknown> = new Set(['/health', '/ready', '/metrics', '/v2/health/live', '/v2/health/ready']);

/**
 * Begins a span for every request to a route, in the trace that its `traceparent` names. It has neither path nor query, which
 * may contain what a user wrote.
 */
export function traceRequests(tracing: Tracing | undefined): RequestHandler[] {
  if (!tracing) return [];
  const trace: RequestHandler = (request, response, next) => {
    const span = begin(tracing, request);
    response.locals.span = span;
    response.once('close', () => end(span, request.method, response));
    tracing.within(span, next);
  };
  return [trace];
}

/** Continues the span of a request after a body or a turn, which are awaited outside it. */
export function inTrace(tracing: Tracing | undefined): RequestHandler[] {
  if (!tracing) return [];
  return [(_request, response, next) => tracing.within(response.locals.span as Span, next)];
}

function begin(tracing: Tracing, { method, headers, httpVersion }: Request): Span {
  const attributes = {
    'http.request.method': method,
    'url.scheme': 'http',
    'network.protocol.version': httpVersion,
  };
  return tracing.begin(method, { kind: 'server', parent: headers, attributes });
}

/** A span that is not ended is not sent: of a probe, and of what has no route, such as a file of the page. */
function end(span: Span, method: string, { locals, statusCode, writableFinished }: Response): void {
  const { route } = locals as { route?: string };
  if (route === undefined || PROBES.has(route)) return;
  span.rename(`${method} ${route}`);
  span.set({ 'http.route': route, ...(writableFinished && { 'http.response.status_code': statusCode }) });
  if (!writableFinished) span.fail('aborted');
  else if (statusCode >= 500) span.fail(String(statusCode));
  span.end();
}
