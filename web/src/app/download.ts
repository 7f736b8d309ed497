import { save } from '../lib/save';
import { Refusal } from '../lib/upload';
import { authorization, endSession } from './client';

/** Has the hub send what lies at a path, which needs the token, and saves it as the hub names it. @throws Refusal */
export async function download(path: string): Promise<void> {
  const response = await fetch(path, { headers: { authorization: authorization() } });
  if (!response.ok) {
    const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
    const [error] = errors;
    const refusal = new Refusal(error?.message ?? 'The hub gives no reason.', error?.extensions.code ?? 'INTERNAL');
    if (refusal.code === 'UNAUTHENTICATED') endSession();
    throw refusal;
  }
  const [, name = 'download'] = /filename="?([^";]+)/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  save(await response.blob(), name);
}
