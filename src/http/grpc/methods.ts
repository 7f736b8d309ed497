import type { Caller } from '../../domain/caller.js';
import { PRODUCTION } from '../../domain/model/gate.js';
import { type Permission, refuseUnlessPermitted } from '../../domain/permission.js';
import { HubError } from '../../errors.js';
import { BOUNDS } from '../../limits.js';
import type { Answerer, LateQuestion } from '../../serving/answer.js';
import { ABOUT_SERVER, OF_ALL, OF_MODEL } from '../inference/routes.js';
import { loadingRefused, type ServedModels } from '../inference/served-models.js';
import { refused } from '../inference/tensor-photos.js';
import type { Turns } from '../turns.js';
import { toVersion } from '../version-of.js';
import { type InferMessage, readInferMessage, writeInferMessage } from './infer-message.js';
import type { Message, Protocol } from './protocol.js';

/** A call whose caller is known. */
interface KnownCall {
  readonly caller: Caller;
  /** The same version answers all calls with it during a rollout. */
  readonly key: string | undefined;
  /** Milliseconds until the caller gives up; infinite where it does not say. */
  readonly patience: number;
  /** Receives the message. @throws BAD_INPUT, or DEADLINE_EXCEEDED. */
  receive(): Promise<Buffer>;
}

export interface MethodParts {
  readonly answerer: Answerer;
  readonly served: ServedModels;
  readonly turns: Turns;
  readonly isReady: () => boolean;
}

/** Answers calls that need a token: takes the message and makes the answer. */
export type Answers = (call: KnownCall) => Promise<Buffer>;

/** The methods that need no token. Their messages are empty, and are not read. */
export function openMethods(protocol: Protocol, isReady: () => boolean): Readonly<Record<string, () => Buffer>> {
  return {
    ServerLive: () => protocol.encode('ServerLiveResponse', { live: true }),
    ServerReady: () => protocol.encode('ServerReadyResponse', { ready: isReady() }),
  };
}

/** The methods that need a token. */
export function knownMethods(protocol: Protocol, parts: MethodParts): Readonly<Record<string, Answers>> {
  const { served } = parts;
  /** A method with a small message. @param field of the message with the name of the model, if the method has one. */
  const method =
    (name: string, field: string | null, answer: (message: Message, caller: Caller) => Promise<Message>): Answers =>
    async (call) => {
      const message = readSmall(protocol, `${name}Request`, await call.receive());
      const model = field && (message[field] as string);
      const permission: Permission = model ? OF_MODEL : OF_ALL;
      refuseUnlessPermitted(permission, call.caller, { model });
      return protocol.encode(`${name}Response`, await answer(message, call.caller));
    };
  const ofModel = (name: string, find: (model: string, number: number | undefined) => Promise<Message>): Answers =>
    method(name, 'name', async ({ name: model, version }) => find(requireName(model), numberOf(model, version)));
  const loading = (name: string): Answers =>
    method(name, 'model_name', async ({ model_name: model }) => {
      throw loadingRefused(requireName(model));
    });
  return {
    ServerMetadata: method('ServerMetadata', null, async () => ABOUT_SERVER),
    ModelReady: ofModel('ModelReady', async (model, number) => ({ ready: await isModelReady(served, model, number) })),
    ModelMetadata: ofModel('ModelMetadata', (model, number) => served.metadata(model, number)),
    ModelConfig: ofModel('ModelConfig', async (model, number) => ({ config: await served.config(model, number) })),
    ModelStatistics: method('ModelStatistics', 'name', async ({ name, version }, caller) =>
      name === '' ? served.allStatistics(caller.model) : served.statisticsOf(name as string, numberOf(name, version)),
    ),
    RepositoryIndex: method('RepositoryIndex', null, async ({ ready }, caller) => ({
      models: await served.index(caller.model, ready as boolean),
    })),
    RepositoryModelLoad: loading('RepositoryModelLoad'),
    RepositoryModelUnload: loading('RepositoryModelUnload'),
    ModelInfer: (call) => infer(protocol, parts, call),
  };
}

async function infer(protocol: Protocol, { answerer, turns }: MethodParts, call: KnownCall): Promise<Buffer> {
  const { caller, key, patience } = call;
  const question: LateQuestion<InferMessage> = {
    caller: caller.tokenId,
    of({ model, version }) {
      refuseUnlessPermitted(OF_MODEL, caller, { model });
      const number = numberOf(requireName(model), version);
      const target = number === undefined ? { alias: PRODUCTION } : { version: number };
      return { caller: caller.tokenId, model, target, topK: 1, outlierScore: false, key };
    },
  };
  const source = {
    form: 'pixels' as const,
    async read(hold: (bytes: number) => void): Promise<InferMessage> {
      const bytes = await call.receive();
      hold(bytes.length);
      const request = await turns.run(caller.tokenId, () => readInferMessage(protocol, bytes));
      const deadline = Math.min(request.deadline ?? Number.POSITIVE_INFINITY, patience);
      return Number.isFinite(deadline) ? { ...request, deadline: Math.max(1, deadline) } : request;
    },
  };
  return writeInferMessage(protocol, await answerer.answer(source, question));
}

/** As Triton answers: a model that does not exist is not ready. */
async function isModelReady(served: ServedModels, model: string, number: number | undefined): Promise<boolean> {
  try {
    await served.requireReady(model, number);
    return true;
  } catch (error) {
    if (error instanceof HubError && (error.code === 'NOT_FOUND' || error.code === 'NOT_DEPLOYED')) return false;
    throw error;
  }
}

function readSmall(protocol: Protocol, type: string, bytes: Buffer): Message {
  const { value } = BOUNDS.inferenceHead;
  if (bytes.length > value) throw refused(`a ${type} has ${bytes.length} bytes; the limit is ${value}`);
  try {
    return protocol.decode(type, bytes);
  } catch {
    throw refused(`it is no ${type}`);
  }
}

function requireName(model: unknown): string {
  if (typeof model === 'string' && model !== '') return model;
  throw refused('it names no model');
}

function numberOf(model: unknown, version: unknown): number | undefined {
  return version === '' ? undefined : toVersion(model as string, version as string);
}
