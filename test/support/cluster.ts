import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect } from 'vitest';
import { coloursOnPostgres } from './colours-on-postgres.js';
import { runHub } from './command.js';
import { HubProcess } from './hub-process.js';
import { hasPostgres, PostgresServer } from './postgres-server.js';
import { removeFolder } from './remove-folder.js';
import { HAS_S3, type S3Server, startS3 } from './s3-server.js';

/** Whether this machine has what several processes share. */
export const HAS_CLUSTER = hasPostgres && HAS_S3;

/** A PostgreSQL server and a bucket with the prepared data, and processes of a hub on them. */
export class Cluster {
  readonly #running: HubProcess[] = [];

  private constructor(
    private readonly folder: string,
    /** Data folder of the first process, with the token. */
    private readonly data: string,
    readonly server: PostgresServer,
    private readonly s3: S3Server,
  ) {}

  static async open(): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'hub-cluster-'));
    const [server, s3] = await Promise.all([PostgresServer.start(tmpdir(), 100), startS3()]);
    const data = await coloursOnPostgres(server, folder);
    const on = ['--data', data, '--database-url', server.databaseUrl];
    const moved = await runHub('blobs', 'migrate', `s3://${s3.bucket}/hub`, ...on);
    expect(moved.code, moved.stderr).toBe(0);
    return new Cluster(folder, data, server, s3);
  }

  /** Starts the process that has the data folder with the token. */
  startFirst(...options: readonly string[]): Promise<HubProcess> {
    return this.#start(process.env, this.data, options);
  }

  /** Starts a process on an empty data folder. */
  async start(roles: string, { env = {}, options = [] as readonly string[] } = {}): Promise<HubProcess> {
    const data = await mkdtemp(join(this.folder, 'process-'));
    return this.#start({ ...process.env, ...env }, data, ['--roles', roles, ...options]);
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
    await this.s3.remove();
    await this.server.remove();
    await removeFolder(this.folder);
  }

  async #start(env: NodeJS.ProcessEnv, data: string, options: readonly string[]): Promise<HubProcess> {
    const started = await HubProcess.startIn(env, data, '--database-url', this.server.databaseUrl, ...options);
    this.#running.push(started);
    return started;
  }
}
