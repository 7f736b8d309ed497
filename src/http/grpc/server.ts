import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { status as Code, Server, ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { Authentication } from '../../domain/caller.js';
import type { RateLimit } from '../../domain/quota/rate-limit.js';
import { HubError } from '../../errors.js';
import { BOUNDS } from '../../limits.js';
import type { Metrics } from '../../metrics/metrics.js';
import { TRACEPARENT, type Tracing } from '../../tracing/tracing.js';
import { bearerToken, STRANGERS, tokenOf } from '../authentication.js';
import { addressText, listen } from '../listen.js';
import { Arrivals } from './arrivals.js';
import { type Call, messageOf, metadataOf, patienceOf, reply } from './call.js';
import { type Answers, knownMethods, type MethodParts, openMethods } from './methods.js';
import { Protocol } from './protocol.js';
import { Sockets } from './sockets.js';
import { nameOf, statusOf } from './status.js';

export interface GrpcParts extends MethodParts {
  readonly authentication: Authentication;
  readonly rateLimit: RateLimit;
  readonly metrics: Metrics;
  /** Connections at the same time. */
  readonly maxConnections: number;
  /** Bytes that photos which arrive may take together. */
  readonly photoMemory: number;
  readonly log: Logger;
  readonly tracing?: Tracing | undefined;
}

export interface GrpcServer {
  /** Address at which it listens, for example 127.0.0.1:8001. */
  readonly address: string;
  close(): Promise<void>;
}

const CLOSING = 10_000;
/** Milliseconds: a connection without calls is closed; a peer is asked whether it is there; it has so long to answer. */
const IDLE = 300_000;
const KEEPALIVE = 60_000;
const KEEPALIVE_ANSWER = 20_000;

const OPTIONS = {
  'grpc.max_receive_message_length': BOUNDS.inferenceBody.value,
  'grpc.max_concurrent_streams': BOUNDS.grpcStreams.value,
  'grpc.max_connection_idle_ms': IDLE,
  'grpc.keepalive_time_ms': KEEPALIVE,
  'grpc.keepalive_timeout_ms': KEEPALIVE_ANSWER,
  'grpc.enable_channelz': 0,
};

const itself = (bytes: Buffer): Buffer => bytes;

/**
 * Starts the Open Inference Protocol over gRPC, without TLS. Tokens, their limits, admission and deadlines are those of HTTP.
 * @throws CONFLICT when the port is taken, BAD_INPUT when the address cannot be used.
 */
export async function startGrpc(parts: GrpcParts, host: string, port: number): Promise<GrpcServer> {
  const protocol = await Protocol.load();
  const server = new Server(OPTIONS);
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Sockets(parts.maxConnections, (socket) => injector.injectConnection(socket));
  const door = new Door(parts, sockets);
  const open = openMethods(protocol, parts.isReady);
  const known = knownMethods(protocol, parts);
  for (const [name, path] of protocol.methods()) {
    // Streams of bytes, whatever the method says: nothing of a message is received before its caller is known.
    server.register(path, door.handler(path, open[name], known[name]), itself, itself, 'bidi');
  }
  await listen(sockets.server, host, port, '--grpc-port');
  return {
    address: addressText(sockets.server.address() as AddressInfo),
    async close() {
      sockets.stop();
      await new Promise<void>((resolve) => {
        const end = setTimeout(() => server.forceShutdown(), CLOSING);
        server.tryShutdown(() => {
          clearTimeout(end);
          resolve();
        });
      });
      sockets.destroy();
    },
  };
}

/** Lets calls in: finds out whose they are, within the limits of its token, and ends them with an answer or a status. */
class Door {
  readonly #arrivals: Arrivals;
  /** Calls that have not ended, by token. */
  readonly #calls = new Map<string, number>();

  constructor(
    private readonly parts: GrpcParts,
    private readonly sockets: Sockets,
  ) {
    this.#arrivals = new Arrivals(parts.photoMemory, BOUNDS.inferenceBody.value);
  }

  /** Handles the calls of a method: an open one, or one that needs a token. */
  handler(path: string, open: (() => Buffer) | undefined, known: Answers | undefined) {
    const { authentication, turns } = this.parts;
    return (call: Call): void => {
      call.on('error', () => undefined);
      const authorization = metadataOf(call, 'authorization');
      const caller = authentication.knownId(bearerToken(authorization)) ?? STRANGERS;
      const answer = async () => (open ? open() : this.#answer(call, tokenOf(authorization), known as Answers));
      turns.take(caller, () => void this.#end(call, path, open ? answer : this.#traced(call, path, answer)));
    };
  }

  /** Answers as a span of its own, in the trace that the call's metadata name. */
  #traced(call: Call, path: string, answer: () => Promise<Buffer>): () => Promise<Buffer> {
    const { tracing } = this.parts;
    if (!tracing) return answer;
    const method = path.slice(1);
    const parent = { [TRACEPARENT]: metadataOf(call, TRACEPARENT), tracestate: metadataOf(call, 'tracestate') };
    const attributes = { 'rpc.system.name': 'grpc', 'rpc.method': method };
    return () => tracing.run(method, { kind: 'server', parent, attributes }, answer);
  }

  async #end(call: Call, path: string, answer: () => Promise<Buffer>): Promise<void> {
    const began = performance.now();
    const { metrics, log } = this.parts;
    let status: string;
    try {
      status = (await reply(call, await answer())) ? nameOf(Code.OK) : 'aborted';
    } catch (error) {
      const refusal = statusOf(error, randomUUID(), log);
      status = call.cancelled ? 'aborted' : nameOf(refusal.code);
      call.emit('error', refusal);
    }
    metrics.http.answered({ route: path, method: 'gRPC', status }, (performance.now() - began) / 1000);
  }

  async #answer(call: Call, token: string | undefined, answers: Answers): Promise<Buffer> {
    const { authentication, rateLimit } = this.parts;
    const caller = await authentication.authenticate(token);
    const { tokenId } = caller;
    this.sockets.showedToken(call.getPeer());
    await rateLimit.count(tokenId);
    this.#begin(tokenId);
    call.once('close', () => this.#ended(tokenId));
    const patience = patienceOf(call);
    const arrival = Math.min(patience, BOUNDS.slowBody.value);
    return answers({
      caller,
      key: metadataOf(call, 'x-request-key'),
      patience,
      receive: () => this.#arrivals.receive(tokenId, () => messageOf(call, arrival)),
    });
  }

  #begin(tokenId: string): void {
    const calls = this.#calls.get(tokenId) ?? 0;
    const { value } = BOUNDS.requestsAtOnce;
    if (calls >= value) {
      const message = `This token has ${calls} calls that are not answered yet; the limit is ${value}. Take their answers first.`;
      throw new HubError('OVERLOADED', message, { limit: value, received: calls, retryAfter: 1 });
    }
    this.#calls.set(tokenId, calls + 1);
  }

  #ended(tokenId: string): void {
    const calls = (this.#calls.get(tokenId) as number) - 1;
    if (calls === 0) this.#calls.delete(tokenId);
    else this.#calls.set(tokenId, calls);
  }
}
