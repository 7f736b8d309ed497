/** Attributes of a span. Never a photo, a token, a file name, or text of a user other than names of models. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** W3C's header, or property, that names a span: others continue its trace with it. */
export const TRACEPARENT = 'traceparent';

/** Headers or metadata that may have a `traceparent` and a `tracestate`. */
export type Carrier = Readonly<Record<string, string | string[] | undefined>>;

/** A piece of work of a trace, under way. */
export interface Span {
  /** Names it for others, as W3C Trace Context writes it. */
  readonly traceparent: string;
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** Marks it as failed. @param type code of the error, or its class. */
  fail(type: string): void;
  end(): void;
}

export interface SpanOptions {
  /** `server` answers a request, `consumer` does a job from the queue; anything else by default. */
  readonly kind?: 'server' | 'consumer';
  /** What it is a part of: by default the span under way, null for none. */
  readonly parent?: Span | Carrier | null;
  readonly attributes?: Attributes;
}

/** A piece of work that has ended, possibly of another thread or process. */
export interface Part {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly ended: number;
  readonly attributes?: Attributes;
}

/** Records traces. A hub has one only where an OpenTelemetry collector is named; other hubs pass `undefined`. */
export interface Tracing {
  /** The span that the work under way is a part of. */
  readonly current: Span | undefined;
  begin(name: string, options?: SpanOptions): Span;
  /** Records a part. @param parent by default the span under way. @returns it, for parts of its own. */
  record(part: Part, parent?: Span): Span;
  /** Does work as a part of a span: what it begins and logs belongs to it. */
  within<T>(span: Span, work: () => T): T;
  /** Does work as a span of its own, which fails with it. */
  run<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
}

/** The present moment as `Part` has it: milliseconds since 1970, as precise as `performance.now()`. */
export const moment = (now = performance.now()): number => performance.timeOrigin + now;
