import type { TadaDocumentNode } from '../graphql';
import { Refusal, upload } from '../lib/upload';
import { authorization, ENDPOINT, refuseSession } from './client';

/** Sends a file to the hub. @param place path of the null variable that it replaces. @throws Refusal */
export async function send<T, V>(
  request: TadaDocumentNode<T, V>,
  variables: V,
  place: string,
  file: Blob,
  options: { readonly signal?: AbortSignal; readonly onSent?: (share: number) => void } = {},
): Promise<T> {
  try {
    return await upload(request, variables, place, file, {
      endpoint: ENDPOINT,
      authorization: authorization(),
      ...options,
    });
  } catch (error) {
    if (error instanceof Refusal && error.code === 'UNAUTHENTICATED') refuseSession();
    throw error;
  }
}
