import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { HubError } from '../errors.js';
import type { ExportFormat } from '../training/export-formats.js';
import type { HubClient } from './client.js';
import { receive, saveFile } from './save-file.js';

export interface Wanted {
  readonly model: string;
  readonly version: number;
  readonly format: ExportFormat;
  /** The file; as the hub names it where it is left out. */
  readonly out?: string;
}

/** A file that lies where it should and has the digest that the hub sent with it. */
export interface Saved {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Has a version written in a format of others, and saves it. */
export async function saveExport(client: HubClient, { model, version, format, out }: Wanted): Promise<Saved> {
  const response = await client.download(`/v1/models/${model}/versions/${version}/export?format=${format}`);
  const file = out ?? nameIn(response);
  return saveFile(file, async (unfinished) => {
    await receive(unfinished, response);
    const hash = createHash('sha256');
    await pipeline(createReadStream(unfinished), hash);
    const digest = hash.digest();
    if (response.headers.get('repr-digest') !== `sha-256=:${digest.toString('base64')}:`) {
      throw new HubError('HUB_UNREACHABLE', 'What has come is not what the hub sent: ask again.');
    }
    return { file, bytes: (await stat(unfinished)).size, sha256: digest.toString('hex') };
  });
}

/** Names of models hold nothing that could lead elsewhere; another hub's might. */
function nameIn({ headers }: Response): string {
  const name = /filename="?([a-z0-9][a-z0-9._-]*)/.exec(headers.get('content-disposition') ?? '')?.[1];
  if (name) return name;
  throw new HubError('BAD_INPUT', 'The hub gives the file no name that can be used: give one with --out.');
}
