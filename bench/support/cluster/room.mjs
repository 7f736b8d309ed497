import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { register, SAMPLES, startProcess } from '../hub.mjs';
import { PostgresServer, startS3Process } from './parts.mjs';

/** Connections that PostgreSQL allows: those of some six processes. */
const CONNECTIONS = 100;

/** A PostgreSQL server and an S3 server on this machine, and processes of a hub on them. */
export class Room {
  #running = new Set();
  #made = 0;

  static async open() {
    const room = new Room();
    room.folder = await mkdtemp(join(tmpdir(), 'hub-cluster-'));
    room.postgres = await PostgresServer.start(tmpdir(), CONNECTIONS);
    process.once('exit', room.#abandon);
    room.s3 = await startS3Process();
    room.env = { ...room.s3.environment, DATABASE_URL: room.postgres.databaseUrl };
    return room;
  }

  newFolder() {
    return join(this.folder, `data-${++this.#made}`);
  }

  /** Starts a process of the hub. @param core the core that it may use. @param options more options of it. */
  async start(roles, { data = this.newFolder(), core, options: more = [] } = {}) {
    const options = [...more, '--roles', roles, '--blobs', `s3://${this.s3.bucket}/hub`, '--log-level', 'error'];
    const started = await startProcess({ env: this.env, core }, data, ...options);
    const process = { ...started, data, roles, core };
    this.#running.add(process);
    return process;
  }

  /** Runs a statement on the hub's database. */
  async query(text, values) {
    const client = new pg.Client(this.postgres.url);
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Stops processes, or all. */
  async stop(...processes) {
    for (const each of processes.length > 0 ? processes : this.#running) {
      await each.stop();
      this.#running.delete(each);
    }
  }

  /** Ends what is left of a bench that was interrupted. */
  #abandon = () => {
    const sockets = new URL(this.postgres.databaseUrl).searchParams.get('host');
    process.kill(Number(readFileSync(join(sockets, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGQUIT');
    for (const folder of [sockets, this.folder]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  async close() {
    process.off('exit', this.#abandon);
    for (const each of this.#running) await each.kill();
    await this.s3.remove();
    await this.postgres.remove();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Registers the sample, and parts of it as datasets of their own, all equally large. @returns the ids of the parts. */
export async function registerParts(client, count, fraction) {
  const whole = await register(client, 'whole', join(SAMPLES, 'cifar10-sample.tar.gz'));
  const parts = [];
  for (let seed = 1; seed <= count; seed++) {
    const dataset = `part-${seed}`;
    await client.request('mutation ($name: String!) { createDataset(input: { name: $name }) { id } }', {
      name: dataset,
    });
    const { deriveDatasetVersion } = await client.request(
      'mutation ($input: DeriveDatasetVersionInput!) { deriveDatasetVersion(input: $input) { id } }',
      { input: { from: [whole.id], dataset, fraction, seed } },
    );
    parts.push(deriveDatasetVersion.id);
  }
  return parts;
}

/** Queues a run on the bundled backbone. @returns its id. */
export async function queueRun(client, datasetVersionId, recipe) {
  const { startTransferRun } = await client.request(
    'mutation ($input: StartTransferRunInput!) { startTransferRun(input: $input) { id } }',
    { input: { datasetVersionId, backbone: 'tiny-imagenet-2', recipe } },
  );
  return startTransferRun.id;
}
