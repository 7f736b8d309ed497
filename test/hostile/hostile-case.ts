import type { HubUser, RawAnswer } from '../support/hub-user.js';

/** What an attack came to: a code, or what was taken all the same. */
export interface Answered {
  /** Of the first error; null when there is none. */
  readonly code: string | null;
  readonly message: string;
  readonly data: unknown;
}

/** Something that no honest user sends. */
export interface HostileCase {
  readonly name: string;
  readonly attack: (hub: HubUser) => Promise<Answered>;
  /** Codes that may come; null where it may be taken, since what is wrong with it does no harm. */
  readonly answers: readonly (string | null)[];
}

/** What a client reads of an answer. */
function answered({ data, errors }: Pick<RawAnswer, 'data' | 'errors'>): Answered {
  const [error] = errors ?? [];
  return { code: (error?.extensions.code as string | undefined) ?? null, message: error?.message ?? '', data };
}

/** Posts any bytes at all. */
export async function post(
  hub: HubUser,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>>,
): Promise<Answered> {
  const authorization = `Bearer ${hub.token}`;
  const sent = typeof body === 'string' ? body : new Uint8Array(body);
  const response = await hub.fetch('/graphql', { method: 'POST', body: sent, headers: { ...headers, authorization } });
  return answered((await response.json()) as RawAnswer);
}

/** Made when it is sent: some are large. */
type Made = () => Promise<Uint8Array> | Uint8Array;

const REGISTER = `mutation ($upload: Upload!) {
  registerDatasetVersion(input: { dataset: "hostile", upload: $upload }) { imageCount rejectedCount }
}`;
const ADD_BACKBONE = `mutation ($path: String!) {
  addBackbone(input: { name: "hostile", path: $path }) { name }
}`;
const CLASSIFY = `mutation ($image: Upload!) { classify(image: $image, model: "colours") { label } }`;

export const registering = (name: string, archive: Made, answers: HostileCase['answers']): HostileCase => ({
  name,
  answers,
  attack: async (hub) => answered(await hub.post(REGISTER, {}, { as: 'upload', content: await archive() })),
});

export const classifying = (name: string, photo: Made, answers: HostileCase['answers']): HostileCase => ({
  name,
  answers,
  attack: async (hub) => answered(await hub.post(CLASSIFY, {}, { as: 'image', content: await photo() })),
});

/** A file that lies where the hub may read it. */
export const addingBackbone = (name: string, path: string, answers: HostileCase['answers']): HostileCase => ({
  name,
  answers,
  attack: async (hub) => answered(await hub.post(ADD_BACKBONE, { path })),
});
