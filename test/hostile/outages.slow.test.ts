import { spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { colourPhoto } from '../support/colour-images.js';
import { coloursOnPostgres } from '../support/colours-on-postgres.js';
import { HubProcess } from '../support/hub-process.js';
import { ERROR } from '../support/hub-user.js';
import { hasPostgres, PostgresServer } from '../support/postgres-server.js';
import { ENDLESS } from '../support/recipes.js';
import { removeFolder } from '../support/remove-folder.js';
import { Callers } from './callers.js';
import { fullDisk, OUTAGES, type Outage } from './outages.js';

/** Milliseconds within which every request is answered, also while the database hangs. */
const IN_TIME = 15_000;

const isMore = (now: number, before: number): boolean => now > before || now === Number.POSITIVE_INFINITY;

// Reported as skipped where there is no PostgreSQL.
describe.skipIf(!hasPostgres)('hostile outages: while PostgreSQL', () => {
  let server: PostgresServer;
  let hub: HubProcess;
  let folder: string;
  /** A small file system for the database; undefined where none can be mounted. */
  let disk: string | undefined;
  let mounted: string;
  let photo: Buffer;
  let run: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hub-outages-'));
    mounted = await mkdtemp(join(tmpdir(), 'hub-disk-'));
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256m,mode=777', 'tmpfs', mounted]);
    disk = status === 0 ? mounted : undefined;
    server = await PostgresServer.start(mounted);
    const data = await coloursOnPostgres(server, folder);
    hub = await HubProcess.start(data, '--database-url', server.databaseUrl);
    photo = await colourPhoto('red', 1);
    const { datasets } = await hub.ask<{ datasets: [{ versions: [{ id: string }] }] }>('datasets');
    run = await hub.queue({ datasetVersionId: datasets[0].versions[0].id, recipe: ENDLESS });
    await vi.waitUntil(async () => (await epochs()) > 0, { timeout: 90_000 });
  }, 120_000);
  afterAll(async () => {
    await hub?.end('SIGKILL');
    await server?.remove();
    if (disk) spawnSync('umount', ['-l', disk]);
    await removeFolder(mounted);
    await removeFolder(folder);
  }, 60_000);

  /** Epochs of the run so far; all of them, should it have ended by itself. */
  async function epochs(): Promise<number> {
    const { state, error, epochs: ended } = await hub.run(run);
    expect(['QUEUED', 'RUNNING', 'SUCCEEDED'], JSON.stringify(error)).toContain(state);
    return state === 'SUCCEEDED' ? Number.POSITIVE_INFINITY : ended.length;
  }

  /** Whether the database answers again, for reads and writes. */
  async function isBack(): Promise<boolean> {
    const ready = await hub.fetch('/ready');
    const { errors } = await hub.post('{ datasets { name } }');
    return ready.status === 200 && !errors;
  }

  async function survives({ name, codes, isNoticed, happen }: Outage): Promise<void> {
    const callers = new Callers(hub, photo, `outage-${name.replace(/\W+/g, '-')}`);
    try {
      await vi.waitUntil(() => callers.created.length > 0, { timeout: 10_000 });
      await happen(server);
      await vi.waitUntil(() => isBack().catch(() => false), { timeout: 90_000, interval: 100 });
    } finally {
      await callers.stop();
    }
    const refused = callers.answers.filter(({ code }) => code !== null);
    const wrong = refused.filter(({ asked, code, status, retryAfter }) => {
      const isTold = code !== 'DATABASE_UNAVAILABLE' || (status === 503 && retryAfter !== null);
      return asked === 'photos' || !codes.includes(code as string) || !isTold;
    });
    expect(wrong).toEqual([]);
    expect(callers.answers.filter(({ ms }) => ms > IN_TIME)).toEqual([]);
    if (isNoticed) expect(refused).not.toEqual([]);
    const { datasets } = await hub.ask<{ datasets: { name: string }[] }>('datasets');
    const kept = datasets.map((dataset) => dataset.name);
    expect(callers.created.filter((created) => !kept.includes(created))).toEqual([]);
    expect(hub.log.filter(({ level, msg }) => level >= ERROR && /request failed/.test(String(msg)))).toEqual([]);
  }

  it.each(OUTAGES)(
    '$name, photos are answered, other requests answered or told so, and nothing acknowledged is lost',
    { timeout: 180_000 },
    survives,
  );

  it('has a full disk, writes are told so, and all goes on with room again', { timeout: 180_000 }, async (context) => {
    context.skip(disk === undefined, 'to make a small file system needs root on Linux');
    await survives(fullDisk(disk as string));
  });

  // At most the time after which another attempt takes over from one that lost the database.
  it('has come back from all of this, the run that was under way goes on', { timeout: 240_000 }, async () => {
    const before = await epochs();
    await vi.waitUntil(async () => isMore(await epochs(), before), { timeout: 90_000, interval: 500 });
  });
});
