import { BASE_PATH } from '../lib/base-path';
import { save } from '../lib/save';
import { Refusal } from '../lib/upload';
import { authorization, refuseSession } from './client';

/** Downloads a path of the hub with the session's token, under the file name that the hub gives. @throws Refusal */
export async function download(path: string): Promise<void> {
  const response = await fetch(`${BASE_PATH}${path}`, { headers: { authorization: authorization() } });
  if (!response.ok) {
    const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
    const [error] = errors;
    const refusal = new Refusal(error?.message ?? 'The hub gave no reason.', error?.extensions.code ?? 'INTERNAL');
    if (refusal.code === 'UNAUTHENTICATED') refuseSession();
    throw refusal;
  }
  const [, name = 'download'] = /filename="?([^";]+)/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  save(await response.blob(), name);
}
