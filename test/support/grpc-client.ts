import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { type Message, Protocol } from '../../src/http/grpc/protocol.js';

interface CallOptions {
  /** Another token; null for none. */
  readonly token?: string | null;
  /** Milliseconds until the call is given up. */
  readonly deadline?: number;
  readonly traceparent?: string;
}

/** A client of gRPC as any is: calls methods of `inference.proto`. */
export class GrpcClient {
  private constructor(
    private readonly protocol: Protocol,
    private readonly client: Client,
    private readonly token: string,
  ) {}

  static async open(address: string, token: string): Promise<GrpcClient> {
    const options = { 'grpc.max_send_message_length': -1 };
    return new GrpcClient(
      await Protocol.load(),
      new Client(address, credentials.createInsecure(), options),
      `Bearer ${token}`,
    );
  }

  /** Calls a method. @throws the call's status. */
  call(method: string, request: Message, how: CallOptions = {}): Promise<Message> {
    return this.send(method, this.protocol.encode(`${method}Request`, request), how);
  }

  /** Calls a method with bytes of a request. */
  send(method: string, request: Buffer, how: CallOptions = {}): Promise<Message> {
    const metadata = new Metadata();
    const { token = this.token, deadline, traceparent } = how;
    if (traceparent !== undefined) metadata.set('traceparent', traceparent);
    if (token !== null) metadata.set('authorization', token);
    const itself = (bytes: Buffer): Buffer => bytes;
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        `/inference.GRPCInferenceService/${method}`,
        itself,
        itself,
        request,
        metadata,
        deadline === undefined ? {} : { deadline: Date.now() + deadline },
        (error: ServiceError | null, answer?: Buffer) =>
          error ? reject(error) : resolve(this.protocol.decode(`${method}Response`, answer as Buffer)),
      );
    });
  }

  close(): void {
    this.client.close();
  }
}
