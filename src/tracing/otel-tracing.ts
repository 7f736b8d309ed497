import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  defaultTextMapGetter,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { HubError } from '../errors.js';
import type { Attributes, Carrier, Part, Span, SpanOptions, Tracing } from './tracing.js';

const KINDS = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER } as const;
const W3C = new W3CTraceContextPropagator();

/** Records traces with a tracer of OpenTelemetry. Nothing is kept in OpenTelemetry's globals, so that a process can have several. */
export class OtelTracing implements Tracing {
  readonly #underWay = new AsyncLocalStorage<StartedSpan>();

  constructor(private readonly tracer: Tracer) {}

  get current(): Span | undefined {
    return this.#underWay.getStore();
  }

  /** Names the span under way, for a line of the log. */
  get ids(): SpanContext | undefined {
    return this.#underWay.getStore()?.span.spanContext();
  }

  begin(name: string, { kind, parent = this.current, attributes }: SpanOptions = {}): StartedSpan {
    const options = { kind: kind ? KINDS[kind] : SpanKind.INTERNAL, ...(attributes && { attributes }) };
    return new StartedSpan(this.tracer.startSpan(name, options, contextOf(parent)));
  }

  record({ name, began, ended, attributes }: Part, parent: Span | undefined = this.current): Span {
    const options = { startTime: began, ...(attributes && { attributes }) };
    const span = this.tracer.startSpan(name, options, contextOf(parent));
    span.end(ended);
    return new StartedSpan(span);
  }

  within<T>(span: Span, work: () => T): T {
    return this.#underWay.run(span as StartedSpan, work);
  }

  async run<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
    const span = this.begin(name, options);
    try {
      return await this.within(span, () => work(span));
    } catch (error) {
      span.fail(typeOf(error));
      throw error;
    } finally {
      span.end();
    }
  }
}

class StartedSpan implements Span {
  constructor(readonly span: OtelSpan) {}

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.span.spanContext();
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  set(attributes: Attributes): void {
    this.span.setAttributes(attributes);
  }

  fail(type: string): void {
    this.span.setAttribute('error.type', type);
    this.span.setStatus({ code: SpanStatusCode.ERROR }); // no message: it may name what a user sent
  }

  end(): void {
    this.span.end();
  }
}

function contextOf(parent: Span | Carrier | null | undefined): Context {
  if (!parent) return ROOT_CONTEXT;
  if (parent instanceof StartedSpan) return trace.setSpan(ROOT_CONTEXT, parent.span);
  return W3C.extract(ROOT_CONTEXT, parent as Carrier, defaultTextMapGetter);
}

/** What OpenTelemetry's conventions call `error.type`. */
function typeOf(error: unknown): string {
  if (error instanceof HubError) return error.code;
  return error instanceof Error ? error.name : typeof error;
}
