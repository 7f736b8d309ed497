import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect } from 'vitest';
import { coloursOnPostgres } from './colours-on-postgres.js';
import { runHub } from './command.js';
import { HubProcess, type Surroundings } from './hub-process.js';
import type { LogLine } from './hub-user.js';
import { hasPostgres, PostgresServer } from './postgres-server.js';
import { removeFolder } from './remove-folder.js';
import { HAS_S3, type S3Server, startS3 } from './s3-server.js';

/** Whether this machine has what several processes share. */
export const HAS_CLUSTER = hasPostgres && HAS_S3;

/** A PostgreSQL server and a bucket or folder with the prepared data, and processes of a hub on them. */
export class Cluster {
  readonly #running: HubProcess[] = [];

  private constructor(
    private readonly folder: string,
    /** Data folder of the first process, with the token. */
    private readonly data: string,
    readonly server: PostgresServer,
    private readonly s3: S3Server | null,
    /** `s3://bucket/prefix`, or the shared folder. */
    readonly blobs: string,
  ) {}

  /** @param place where the blobs are. */
  static async open(place: 'bucket' | 'folder' = 'bucket'): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'hub-cluster-'));
    const [server, s3] = await Promise.all([
      PostgresServer.start(tmpdir(), 100),
      place === 'bucket' ? startS3() : Promise.resolve(null),
    ]);
    const data = await coloursOnPostgres(server, folder);
    const blobs = s3 ? `s3://${s3.bucket}/hub` : join(folder, 'shared');
    if (!s3) await mkdir(blobs);
    const on = ['--data', data, '--database-url', server.databaseUrl];
    const moved = await runHub('blobs', 'migrate', blobs, ...on);
    expect(moved.code, moved.stderr).toBe(0);
    return new Cluster(folder, data, server, s3, blobs);
  }

  /** Starts the process that has the data folder with the token. */
  startFirst(...options: readonly string[]): Promise<HubProcess> {
    return this.#start({}, this.data, options);
  }

  /** Starts a process on an empty data folder. */
  async start(
    roles: string,
    { env = {}, options = [] as readonly string[], log = [] as LogLine[] } = {},
  ): Promise<HubProcess> {
    const data = await mkdtemp(join(this.folder, 'process-'));
    return this.#start({ env: { ...process.env, ...env }, log }, data, ['--roles', roles, ...options]);
  }

  /** Kills a process, or all but one. */
  async kill(...processes: readonly HubProcess[]): Promise<void> {
    for (const each of processes) await each.end('SIGKILL');
  }

  async query<T extends pg.QueryResultRow>(text: string): Promise<T[]> {
    const client = new pg.Client(this.server.url);
    await client.connect();
    const { rows } = await client.query<T>(text);
    await client.end();
    return rows;
  }

  async remove(): Promise<void> {
    await this.kill(...this.#running);
    await this.s3?.remove();
    await this.server.remove();
    await removeFolder(this.folder);
  }

  async #start(surroundings: Surroundings, data: string, options: readonly string[]): Promise<HubProcess> {
    const started = await HubProcess.startIn(surroundings, data, '--database-url', this.server.databaseUrl, ...options);
    this.#running.push(started);
    return started;
  }
}
