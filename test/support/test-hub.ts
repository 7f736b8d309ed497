import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { type Hub, startHub } from '../../src/app/hub.js';
import type { Parts } from '../../src/app/packaged.js';
import { type ConfigInput, resolveConfig } from '../../src/config.js';
import { dataPaths } from '../../src/storage/data-folder.js';
import type { PrismaClient } from '../../src/storage/database.js';
import { copyEmptyDatabase } from './empty-database.js';
import { HubUser, type LogLine } from './hub-user.js';
import { inDatabase } from './in-database.js';
import { narrowBackboneFile } from './narrow-backbone.js';

const DIST = new URL('../../dist/', import.meta.url);
/** The compiled files that a hub forks when it is started from the sources. `npm test` builds them first. */
export const WORKER_ENTRY = fileURLToPath(new URL('jobs/worker.js', DIST));
export const NETWORK_THREAD_ENTRY = new URL('engines/network-thread-entry.js', DIST);
/** The entry of `hub`. */
export const CLI = fileURLToPath(new URL('cli/main.js', DIST));

/**
 * A complete hub on its own folder, with the narrow backbone as the bundled one. It can be stopped and started again on the
 * same data; `remove` stops it and deletes everything.
 */
export class TestHub extends HubUser {
  override readonly log: LogLine[] = [];
  #hub: Hub | undefined;

  private constructor(
    /** Folder of everything below. */
    private readonly folder: string,
    private readonly parts: Partial<Parts>,
  ) {
    super();
  }

  static async start(parts: Partial<Parts> = {}): Promise<TestHub> {
    const hub = await TestHub.prepare(parts);
    await hub.start();
    return hub;
  }

  /** A hub that was never started and has no data folder yet. */
  static async prepare(parts: Partial<Parts> = {}): Promise<TestHub> {
    const folder = await mkdtemp(join(tmpdir(), 'hub-test-'));
    const hub = new TestHub(folder, parts);
    for (const made of [hub.allowed, hub.outside]) await mkdir(made);
    await writeFile(join(folder, 'backbone.safetensors'), narrowBackboneFile());
    return hub;
  }

  /** The hub's data folder. */
  get data(): string {
    return join(this.folder, 'data');
  }

  /** A folder that the hub may read. */
  get allowed(): string {
    return join(this.folder, 'allowed');
  }

  /** A folder next to it that the hub must not read. */
  get outside(): string {
    return join(this.folder, 'outside');
  }

  override get url(): string {
    return this.#started.url;
  }

  override get token(): string {
    return this.#started.token;
  }

  get #started(): Hub {
    if (!this.#hub) throw new Error('the hub is stopped');
    return this.#hub;
  }

  /** Starts the hub, and waits until all versions that serve are loaded. */
  async start(options: Partial<ConfigInput> = {}): Promise<void> {
    if (!existsSync(this.data)) copyEmptyDatabase(dataPaths(this.data).database);
    const config = resolveConfig({ data: this.data, port: 0, allow: [this.allowed], ...options }, {});
    const log = pino({ base: null }, { write: (line) => void this.log.push(JSON.parse(line) as LogLine) });
    this.#hub = await startHub(config, log, {
      bundledBackbone: join(this.folder, 'backbone.safetensors'),
      workerEntry: WORKER_ENTRY,
      networkThreadEntry: NETWORK_THREAD_ENTRY,
      imagenet: { url: 'http://weights.invalid/imagenet.h5', bytes: 1, md5: '' },
      ...this.parts,
    });
    await this.#hub.ready;
  }

  /** Stops the hub, works on its database, and starts it again. */
  async inDatabase<T>(work: (client: PrismaClient) => Promise<T>): Promise<T> {
    await this.stop();
    const done = await inDatabase(this.data, work);
    await this.start();
    return done;
  }

  async stop(): Promise<void> {
    const hub = this.#hub;
    this.#hub = undefined;
    this.forgetClient();
    await hub?.close();
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Writes a file to the folder that the hub may read. @returns its path. */
  async file(name: string, content: Uint8Array | string): Promise<string> {
    const path = join(this.allowed, name);
    await writeFile(path, content);
    return path;
  }
}
