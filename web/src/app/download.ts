import { BASE_PATH } from '../lib/base-path';
import { save } from '../lib/save';
import { Refusal } from '../lib/upload';
import { authorization, refuseSession } from './client';

/** The types of a file, and of a message that says where it is. */
const ACCEPT = 'application/json, application/octet-stream;q=0.9';

/**
 * Downloads a path of the hub with the session's token, under the file name that the hub gives. From a bucket the browser
 * downloads it itself, without the token. @throws Refusal
 */
export async function download(path: string): Promise<void> {
  const response = await fetch(`${BASE_PATH}${path}`, { headers: { authorization: authorization(), accept: ACCEPT } });
  if (!response.ok) {
    const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
    const [error] = errors;
    const refusal = new Refusal(error?.message ?? 'The hub gave no reason.', error?.extensions.code ?? 'INTERNAL');
    if (refusal.code === 'UNAUTHENTICATED') refuseSession();
    throw refusal;
  }
  if (response.headers.get('content-type')?.startsWith('application/json')) {
    const { location } = (await response.json()) as { location: string };
    window.location.assign(location); // an attachment: the page stays
    return;
  }
  const [, name = 'download'] = /filename="?([^";]+)/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  save(await response.blob(), name);
}
