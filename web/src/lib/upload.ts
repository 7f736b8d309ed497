import { type DocumentNode, print } from 'graphql';
import type { TadaDocumentNode } from '../graphql';

/** A refusal by the hub, with its code. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly code: string,
    /** Seconds until a retry, if the hub gives them. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}

/** Codes of refusals that say nothing about what was sent. */
const PASSING = new Set(['OVERLOADED', 'DEADLINE_EXCEEDED', 'SHUTTING_DOWN', 'UNREACHABLE']);

/** Whether the same request may succeed later; a photo that cannot be used never will. */
export function mayPassLater(error: unknown): boolean {
  return error instanceof Refusal && (PASSING.has(error.code) || error.retryAfter !== null);
}

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

export interface UploadOptions {
  readonly endpoint: string;
  readonly authorization: string;
  readonly signal?: AbortSignal;
  /** Share of the request sent so far, 0 to 1. */
  readonly onSent?: (share: number) => void;
}

/**
 * Sends a request with a file in place of a null variable
 * (https://github.com/jaydenseric/graphql-multipart-request-spec). Uses XMLHttpRequest because fetch reports no progress.
 * @throws Refusal
 */
export function upload<T, V>(
  request: TadaDocumentNode<T, V>,
  variables: V,
  place: string,
  file: Blob,
  { endpoint, authorization, signal, onSent }: UploadOptions,
): Promise<T> {
  const form = new FormData();
  form.append('operations', JSON.stringify({ query: print(request as DocumentNode), variables }));
  form.append('map', JSON.stringify({ 0: [`variables.${place}`] }));
  form.append('0', file);
  const sending = new XMLHttpRequest();
  return new Promise<T>((resolve, reject) => {
    sending.open('POST', endpoint);
    sending.responseType = 'json';
    sending.setRequestHeader('authorization', authorization);
    sending.setRequestHeader('apollo-require-preflight', 'true');
    sending.upload.onprogress = ({ loaded, total }) => onSent?.(total ? loaded / total : 0);
    sending.onerror = () =>
      reject(new Refusal('The hub does not answer. Check that it is running, then try again.', 'UNREACHABLE'));
    sending.onabort = () => reject(new Refusal('Canceled.', 'CANCELLED'));
    sending.onload = () => {
      const answer = sending.response as Answer<T> | null;
      const error = answer?.errors?.[0];
      if (answer?.data && !error) return resolve(answer.data);
      const { code, retryAfter } = error?.extensions ?? {};
      const message = error?.message ?? `The hub answered with status ${sending.status} and gave no reason.`;
      reject(new Refusal(message, String(code ?? 'INTERNAL'), typeof retryAfter === 'number' ? retryAfter : null));
    };
    signal?.addEventListener('abort', () => sending.abort());
    sending.send(form);
  });
}
