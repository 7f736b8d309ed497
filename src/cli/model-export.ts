import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { HubError } from '../errors.js';
import type { ExportFormat } from '../training/export-formats.js';
import type { Download, HubClient } from './client.js';
import { receive, saveFile } from './save-file.js';

export interface ExportRequest {
  readonly model: string;
  readonly version: number;
  readonly format: ExportFormat;
  /** File to write; by default the name the hub gives. */
  readonly out?: string;
}

/** A downloaded file whose digest matches the hub's. */
export interface SavedExport {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Exports a version in the given format and saves the file. @throws HUB_UNREACHABLE when the digest differs. */
export async function saveExport(
  client: HubClient,
  { model, version, format, out }: ExportRequest,
): Promise<SavedExport> {
  return saveDownload(client, `/v1/models/${model}/versions/${version}/export?format=${format}`, out);
}

/** Downloads a file, by default under the name the hub gives. @throws HUB_UNREACHABLE when the digest differs. */
export async function saveDownload(client: HubClient, path: string, out?: string): Promise<SavedExport> {
  const response = await client.download(path);
  const file = out ?? nameIn(response);
  return saveFile(file, async (unfinished) => {
    await receive(unfinished, response);
    const hash = createHash('sha256');
    await pipeline(createReadStream(unfinished), hash);
    const digest = hash.digest();
    if (response.headers.get('repr-digest') !== `sha-256=:${digest.toString('base64')}:`) {
      throw new HubError('HUB_UNREACHABLE', 'The download is damaged: its digest differs. Try again.');
    }
    return { file, bytes: (await stat(unfinished)).size, sha256: digest.toString('hex') };
  });
}

/** The file name the hub suggests. Its characters are checked, since the server may be any program. */
function nameIn({ headers }: Download): string {
  const name = /filename="?([a-z0-9][a-z0-9._-]*)/.exec(headers.get('content-disposition') ?? '')?.[1];
  if (name) return name;
  throw new HubError('BAD_INPUT', 'The hub suggests no valid file name: give one with --out.');
}
