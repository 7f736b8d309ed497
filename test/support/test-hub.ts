import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { inject } from 'vitest';
import { type Hub, startHub } from '../../src/app/hub.js';
import type { Parts } from '../../src/app/packaged.js';
import { type ConfigInput, resolveConfig } from '../../src/config.js';
import { dataPaths } from '../../src/storage/data-folder.js';
import type { PrismaClient } from '../../src/storage/database.js';
import { optimizeWebAssemblyLater } from '../../src/storage/web-assembly.js';
import type { PreparedColours } from '../setup/colours.js';
import { copyFolder } from './copy-folder.js';
import { copyEmptyDatabase } from './empty-database.js';
import { HubUser, type LogLine } from './hub-user.js';
import { inDatabase } from './in-database.js';
import { narrowBackboneFile, narrowLiteFile } from './narrow-backbone.js';
import { removeFolder } from './remove-folder.js';

/** How a hub of a test differs from a real one. */
export interface TestHubOptions extends Partial<Parts> {
  /** Whether registered versions are calibrated and get an 8-bit form, which takes seconds for each. */
  readonly versionWork?: boolean;
  /** Settings of every start. */
  readonly settings?: Partial<ConfigInput>;
  /** Changes the database before the first start, which is cheaper than `inDatabase` afterwards. */
  readonly rows?: (client: PrismaClient) => Promise<unknown>;
}

/** A hub on a copy of the prepared data, and what is in it. */
export type HubWithColours = TestHub & Omit<PreparedColours, 'data'>;

/**
 * The embedded database, compiled once in this process. As long as this is here, the threads of all its hubs share it; otherwise
 * each would spend half of its start on compiling it again.
 */
const compiledDatabase = compileDatabase();

async function compileDatabase(): Promise<WebAssembly.Module> {
  optimizeWebAssemblyLater(); // as a hub does, since what it sets is kept with the module
  const packed = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  return WebAssembly.compile(await readFile(join(dirname(packed), 'pglite.wasm')));
}

/** Kinds of jobs that registered versions cause. */
export const VERSION_WORK = ['calibrate', 'quantize'] as const;

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
    private readonly options: TestHubOptions,
  ) {
    super();
  }

  /** Starts a hub on empty data. */
  static async start(options: TestHubOptions = {}): Promise<TestHub> {
    const hub = await TestHub.prepare(options);
    await hub.#startFirst();
    return hub;
  }

  /** Starts a hub on a copy of the prepared data: version 1 of the model "colours" serves, and recognizes three colors. */
  static async startWithColours(options: TestHubOptions = {}): Promise<HubWithColours> {
    const { data, ...ids } = inject('colours');
    const hub = await TestHub.prepareOn(data, options);
    await hub.#startFirst();
    return Object.assign(hub, ids);
  }

  /** A hub that was not started yet, on a copy of a data folder that no hub has open. */
  static async prepareOn(data: string, options: TestHubOptions = {}): Promise<TestHub> {
    const hub = await TestHub.prepare(options);
    await copyFolder(data, hub.data);
    return hub;
  }

  /** A hub that was never started and has no data folder yet. */
  static async prepare(options: TestHubOptions = {}): Promise<TestHub> {
    await compiledDatabase;
    const folder = await mkdtemp(join(tmpdir(), 'hub-test-'));
    const hub = new TestHub(folder, options);
    for (const made of [hub.allowed, hub.outside]) await mkdir(made);
    await writeFile(join(folder, 'backbone.safetensors'), narrowBackboneFile());
    await writeFile(join(folder, 'lite.safetensors'), narrowLiteFile());
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

  /** Address of gRPC, where the settings have `grpcPort`. */
  get grpc(): string {
    return this.#started.grpc as string;
  }

  override get token(): string {
    return this.#started.token as string;
  }

  get #started(): Hub {
    if (!this.#hub) throw new Error('the hub is stopped');
    return this.#hub;
  }

  async #ensureData(): Promise<void> {
    if (!existsSync(this.data)) await copyEmptyDatabase(dataPaths(this.data).database);
  }

  async #startFirst(): Promise<void> {
    const { rows } = this.options;
    if (rows) {
      await this.#ensureData();
      await inDatabase(this.data, rows);
    }
    await this.start();
  }

  /** Starts the hub, and waits until all versions that serve are loaded. */
  async start(options: Partial<ConfigInput> = {}): Promise<void> {
    await this.#ensureData();
    const { settings } = this.options;
    const config = resolveConfig(
      {
        ...{ data: this.data, port: 0, allow: [this.allowed], calibrationImages: 5, workerThreads: 1 },
        ...settings,
        ...options,
      },
      {},
    );
    const log = pino({ base: null }, { write: (line) => void this.log.push(JSON.parse(line) as LogLine) });
    this.#hub = await startHub(config, log, {
      bundledBackbones: new Map([
        ['tiny-imagenet-2', join(this.folder, 'backbone.safetensors')],
        ['efficientnet-lite0', join(this.folder, 'lite.safetensors')],
      ]),
      leaves: this.options.versionWork ? [] : VERSION_WORK,
      imagenet: { url: 'http://weights.invalid/imagenet.h5', bytes: 1, md5: '' },
      ...this.options,
    });
    await this.#hub.ready;
  }

  /** Puts a file in the place of downloaded ImageNet weights that is none. @returns a backbone whose runs are queued and fail. */
  async failingBackbone(): Promise<string> {
    const downloads = join(this.data, 'downloads');
    await mkdir(downloads, { recursive: true });
    await writeFile(join(downloads, 'imagenet.h5'), Buffer.alloc(1));
    return 'imagenet';
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
    await removeFolder(this.folder);
  }

  /** Writes a file to the folder that the hub may read. @returns its path. */
  async file(name: string, content: Uint8Array | string): Promise<string> {
    const path = join(this.allowed, name);
    await writeFile(path, content);
    return path;
  }
}
