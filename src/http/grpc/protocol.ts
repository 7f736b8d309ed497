import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { PACKAGE_FOLDER } from '../../package.js';

/** Plain objects of messages, with the names of `inference.proto`. Integers are numbers, enums their names. */
export type Message = Readonly<Record<string, unknown>>;

const AS_OBJECTS = { longs: Number, enums: String, defaults: true, arrays: true, objects: true, oneofs: true };

/** The messages of the Open Inference Protocol over gRPC, as `inference.proto` describes them. */
export class Protocol {
  private constructor(private readonly root: protobuf.Root) {}

  static async load(): Promise<Protocol> {
    const text = await readFile(join(PACKAGE_FOLDER, 'inference.proto'), 'utf8');
    return new Protocol(protobuf.parse(text, { keepCase: true }).root);
  }

  /** Names of the service's methods, each with the path of its calls. */
  methods(): ReadonlyMap<string, string> {
    const service = this.root.lookupService('inference.GRPCInferenceService');
    return new Map(Object.keys(service.methods).map((name) => [name, `/inference.GRPCInferenceService/${name}`]));
  }

  /** @throws an error of protobufjs for bytes that are no such message. */
  decode(type: string, bytes: Uint8Array): Message {
    const found = this.root.lookupType(`inference.${type}`);
    return found.toObject(found.decode(bytes), AS_OBJECTS);
  }

  /** Fields that the message does not have are left out. */
  encode(type: string, message: Message): Buffer {
    const found = this.root.lookupType(`inference.${type}`);
    return Buffer.from(found.encode(found.fromObject(message)).finish());
  }
}
