import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import type { Caller } from '../domain/caller.js';
import { BYTES } from './rest/query.js';
import type { Route } from './route.js';

/** Path at which a backup is made and sent as a tar archive. */
export const BACKUP = '/backup';

/** Milliseconds without progress after which a download is aborted: no blob is deleted while a backup is sent. */
const PATIENCE = 5 * 60_000;

/** Sends a backup. One that fails midway is cut off, and the receiver finds its end missing. */
export function backupRoute(open: () => Promise<Readable>, log: Logger): Route {
  return {
    method: 'get',
    path: BACKUP,
    needs: { role: 'ADMIN', model: null },
    name: 'backup',
    summary: 'Download a backup as a tar archive',
    answers: { 200: { 'application/x-tar': BYTES } },
    async answer(request, response) {
      response.type('application/x-tar');
      if (request.method === 'HEAD') return void response.end(); // nothing is made that nobody takes
      const { requestId, caller } = response.locals as { requestId: string; caller: Caller };
      const backup = await open();
      log.info({ requestId, actor: caller.name }, 'backup started');
      response.setTimeout(PATIENCE, () => response.destroy());
      await pipeline(backup, response).then(
        () => log.info({ requestId }, 'backup sent'),
        (err: unknown) => log.error({ err, requestId }, 'backup aborted'),
      );
    },
  };
}
