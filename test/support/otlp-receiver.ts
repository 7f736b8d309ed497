import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

type Value = { stringValue?: string; intValue?: number | string; doubleValue?: number; boolValue?: boolean };
type KeyValue = { key: string; value: Value };

/** A span as OTLP writes it in JSON, with its attributes as an object. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A line of the log as OTLP writes it. */
export interface ReceivedLine {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly severityText: string;
  readonly body: Value;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A collector of OpenTelemetry that takes OTLP over HTTP in JSON, and keeps what it gets. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly lines: ReceivedLine[] = [];
  readonly resources: Readonly<Record<string, unknown>>[] = [];

  private constructor(private readonly server: Server) {}

  static async start(port = 0): Promise<OtlpReceiver> {
    const server = createServer((request, response) => {
      void receiver.#take(request).then(() => response.setHeader('content-type', 'application/json').end('{}'));
    });
    const receiver = new OtlpReceiver(server);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** All that came of a trace. */
  trace(traceId: string): readonly ReceivedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  /** The names of a trace's spans, each after those that it is a part of, joined by `/`, without repetitions. */
  paths(traceId: string): string[] {
    const byId = new Map(this.trace(traceId).map((span) => [span.spanId, span]));
    const pathOf = ({ name, parentSpanId = '' }: ReceivedSpan): string => {
      const parent = byId.get(parentSpanId);
      return parent ? `${pathOf(parent)} / ${name}` : name;
    };
    return [...new Set([...byId.values()].map(pathOf))].sort();
  }

  async #take(request: IncomingMessage): Promise<void> {
    const { resourceSpans = [], resourceLogs = [] } = (await json(request)) as {
      resourceSpans?: { resource: { attributes: KeyValue[] }; scopeSpans: { spans: object[] }[] }[];
      resourceLogs?: { scopeLogs: { logRecords: object[] }[] }[];
    };
    for (const { resource, scopeSpans } of resourceSpans) {
      this.resources.push(asObject(resource.attributes));
      this.spans.push(...scopeSpans.flatMap(({ spans }) => spans).map((span) => withObject<ReceivedSpan>(span)));
    }
    const records = resourceLogs.flatMap(({ scopeLogs }) => scopeLogs).flatMap(({ logRecords }) => logRecords);
    this.lines.push(...records.map((record) => withObject<ReceivedLine>(record)));
  }
}

function withObject<T>(received: object): T {
  return { ...received, attributes: asObject((received as { attributes: KeyValue[] }).attributes) } as T;
}

const asObject = (attributes: readonly KeyValue[] = []): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
