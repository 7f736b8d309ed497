import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { readBackup } from '../../src/maintenance/backup-reader.js';
import { BackupService } from '../../src/maintenance/backup-service.js';
import { dataPaths, lockDataFolder } from '../../src/storage/data-folder.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import { figuresOf, type ModelAnswer } from '../support/answers.js';
import { blobFile } from '../support/blob-file.js';
import { colourPhoto } from '../support/colour-images.js';
import { type Ended, runHub } from '../support/command.js';
import { inDatabase } from '../support/in-database.js';
import { QUICK, SOME_SECONDS } from '../support/recipes.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

let folder: string;
/** A data folder with all that a hub at rest has, and nothing that no row refers to. */
let atRest: string;
/** Its backup. */
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-backup-'));
  atRest = join(folder, 'at-rest');
  await cp(inject('colours').data, atRest, { recursive: true });
  await json('gc', '--data', atRest, '--min-age', '0');
  file = join(folder, 'hub.backup');
  await json('backup', file, '--data', atRest);
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Runs a command that goes well. @returns what programs read of it. */
async function json<T>(...command: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await runHub(...command, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

function expectRefused({ code, stdout, stderr }: Ended, exit: number, message: RegExp): void {
  expect({ code, stdout }, stderr).toEqual({ code: exit, stdout: '' });
  expect(stderr).toMatch(message);
}

/** A hub that was never started, and is gone after the test. */
async function hubToRestore(): Promise<TestHub> {
  const restored = await TestHub.prepare();
  onTestFinished(() => restored.remove());
  return restored;
}

const restore = (from: string, { data }: TestHub): Promise<Ended> => runHub('restore', from, '--data', data);

/** Entries of a tar archive: name, place of its header of 512 bytes, size. */
async function placesIn(archive: string): Promise<[string, number, number][]> {
  const content = await readFile(archive);
  const found: [string, number, number][] = [];
  for (let at = 0; content[at] !== 0; ) {
    const size = Number.parseInt(content.toString('latin1', at + 124, at + 136), 8);
    found.push([content.toString('latin1', at, at + 100).replace(/\0.*$/s, ''), at, size]);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return found;
}

async function damagedCopy(of: string, how: (copy: string) => Promise<void>): Promise<string> {
  const copy = join(folder, 'damaged.backup');
  await cp(of, copy);
  await how(copy);
  return copy;
}

async function flip(copy: string, at: number): Promise<void> {
  const content = await readFile(copy);
  content[at]! ^= 1;
  await writeFile(copy, content);
}

/** Trains while a backup is made. */
const LONG_ENOUGH = { ...SOME_SECONDS, epochs: 100 };

/** What a user sees of a hub. */
async function seen(user: TestHub): Promise<unknown> {
  const { model } = await user.ask<{ model: ModelAnswer }>('model', { name: 'colours' });
  const { runs } = await user.ask<{ runs: unknown }>('runs', { first: 50 });
  const photo = await colourPhoto('red', 999);
  const { classify } = await user.send<{ classify: { milliseconds: number; timing: unknown } }>(
    'classify',
    'image',
    photo,
    {
      model: 'colours',
    },
  );
  return {
    model,
    runs,
    classify: { ...classify, milliseconds: 0, timing: null },
    datasets: await user.ask('datasets'),
  };
}

describe('a backup', () => {
  let hub: HubWithColours;
  beforeAll(async () => {
    hub = await TestHub.startWithColours({ versionWork: true });
  });
  afterAll(() => hub.remove());

  const backUp = (to: string): Promise<{ rows: number; blobs: number }> =>
    json('backup', to, '--data', hub.data, '--url', hub.url);

  it('of a hub that runs brings back all that a user sees', { timeout: 240_000 }, async () => {
    // A row that refers to another one of its table.
    const { reproduceRun } = await hub.ask<{ reproduceRun: { id: string } }>('reproduce-run', { id: hub.runId });
    await hub.ended(reproduceRun.id);
    // Measured anew, it would say other times.
    await Promise.all([hub.measured('colours', 1), hub.calibrated('colours', 1)]);
    const whole = join(folder, 'whole.backup');
    const { rows, blobs } = await backUp(whole);
    expect(rows).toBeGreaterThan(80);
    expect(blobs).toBeGreaterThan(4);
    const restored = await hubToRestore();
    expectRefused(await restore(join(folder, 'no.backup'), restored), 2, /no\.backup cannot be read \(ENOENT\): give/);
    expectRefused(await restore(folder, restored), 2, /cannot be read \(not a file\): give the path of a backup\./);
    await expect(readdir(restored.data), 'nothing was made').rejects.toMatchObject({ code: 'ENOENT' });
    const [, place] = (await placesIn(whole)).findLast(([name]) => name.startsWith('blobs/'))!;
    const damaged = await damagedCopy(whole, (path) => flip(path, place + 520));
    expectRefused(await restore(damaged, restored), 1, /blobs\/[0-9a-f]{64} was changed/);
    expect(await readdir(restored.data)).toEqual(['hub.lock']);
    expect((await restore(whole, restored)).code).toBe(0);
    expectRefused(
      await restore(whole, restored),
      2,
      /holds blobs\. A backup can only be restored into an empty folder/,
    );

    await restored.start();
    expect(await seen(restored)).toEqual(await seen(hub));
    const next = await restored.train({ datasetVersionId: hub.datasetVersionId, recipe: { ...QUICK, epochs: 1 } });
    expect(next.state).toBe('SUCCEEDED');
    await restored.stop();
    const { findings } = await json<{ findings: Finding[] }>('verify', '--data', restored.data);
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([]);
  });

  it('that is made in the middle of a run brings back a run that goes on, to the same figures', {
    timeout: 240_000,
  }, async () => {
    const id = await hub.queue({ datasetVersionId: hub.datasetVersionId, recipe: LONG_ENOUGH });
    for await (const { epoch } of hub.watch(id)) if (epoch) break;
    const midway = join(folder, 'midway.backup');
    await backUp(midway);
    const whole = await hub.ended(id);
    const restored = await hubToRestore();
    expect((await restore(midway, restored)).code).toBe(0);
    await restored.start();
    expect(figuresOf(await restored.ended(id))).toEqual(figuresOf(whole));
    expect(restored.log).toContainEqual(expect.objectContaining({ msg: expect.stringMatching(/^Resumed after/) }));
  });

  it('is needed by a token, as everything else', async () => {
    expect((await hub.fetch('/backup')).status).toBe(401);
  });

  it('replaces no file, and is not there when it was not finished', async () => {
    const there = join(folder, 'there');
    await writeFile(there, 'a thesis');
    expectRefused(await runHub('backup', there, '--data', hub.data, '--url', hub.url), 2, /replaces/);
    expect(await readFile(there, 'utf8')).toBe('a thesis');
    const unreachable = ['--token', 'x', '--url', 'http://127.0.0.1:1'];
    expectRefused(await runHub('backup', join(folder, 'none'), ...unreachable), 4, /No hub answers/);
    expect((await readdir(folder)).filter((name) => name.startsWith('none'))).toEqual([]);
  });
});

describe('a backup that was damaged', () => {
  it('by one bit, in whichever part, is refused', async () => {
    for (const [name, at, size] of await placesIn(file)) {
      for (const place of size > 0 ? [at + 3, at + 512] : [at + 3]) {
        const copy = await damagedCopy(file, (path) => flip(path, place));
        await expect(readBackup(copy), `${name} at ${place}`).rejects.toMatchObject({ code: 'BACKUP_REFUSED' });
      }
    }
  });

  it('by being cut off, wherever, is refused', async () => {
    const { size } = await stat(file);
    const cuts = (await placesIn(file)).flatMap(([, at]) => [at, at + 512, at + 700]);
    for (const cut of [1, 511, size >> 1, ...cuts]) {
      const copy = await damagedCopy(file, (path) => truncate(path, cut));
      await expect(readBackup(copy), `cut at ${cut}`).rejects.toMatchObject({ code: 'BACKUP_REFUSED' });
    }
  });
});

describe('of a data folder without a hub', () => {
  /** A copy of the folder that is gone after the test. */
  async function copyAtRest(): Promise<string> {
    const data = await mkdtemp(join(folder, 'data-'));
    onTestFinished(() => rm(data, { recursive: true, force: true, maxRetries: 5 }));
    await cp(atRest, data, { recursive: true });
    return data;
  }

  /** Adds a blob that no row refers to and a half-written file. @returns the blob. */
  async function addUnused(data: string): Promise<string> {
    const { blobs } = dataPaths(data);
    const { sha256 } = await new FileBlobStore(blobs).put(Buffer.from('no row knows it'));
    await mkdir(join(blobs, 'incoming'), { recursive: true });
    await writeFile(join(blobs, 'incoming', 'half'), 'half of');
    return sha256;
  }

  it('hub verify counts what is unused and half-written', async () => {
    const data = await copyAtRest();
    await addUnused(data);
    const { findings } = await json<{ findings: Finding[] }>('verify', '--data', data);
    const of = (check: string) => findings.find((finding) => finding.check === check);
    expect(of('unused blobs')).toMatchObject({ status: 'warning', found: '1 (15 B) that no row refers to' });
    expect(of('half-written files')).toMatchObject({ status: 'warning', found: expect.stringContaining('1 (7 B)') });
    expect(findings.filter(({ status }) => status === 'problem')).toEqual([]);
  });

  it('hub gc leaves what is young, only counts when told so, and deletes what no row names', async () => {
    const data = await copyAtRest();
    const unused = await addUnused(data);
    const gc = (...options: readonly string[]): Promise<unknown> => json('gc', '--data', data, ...options);
    const blobs = new FileBlobStore(dataPaths(data).blobs);
    expect(await gc()).toEqual({ dryRun: false, files: 0, bytes: 0, tooYoung: 2 });
    expect(await gc('--dry-run', '--min-age', '0')).toEqual({ dryRun: true, files: 2, bytes: 22, tooYoung: 0 });
    expect(await blobs.has(unused)).toBe(true);
    const tomorrow = new Date(Date.now() + 86_400_000);
    await utimes(blobFile(data, unused), tomorrow, tomorrow); // by a clock that was wrong
    expect(await gc('--min-age', '0')).toEqual({ dryRun: false, files: 1, bytes: 7, tooYoung: 1 });
    await utimes(blobFile(data, unused), new Date(0), new Date(0));
    expect(await gc()).toEqual({ dryRun: false, files: 1, bytes: 15, tooYoung: 0 });
    expect(await blobs.has(unused)).toBe(false);
    const { findings } = await json<{ findings: Finding[] }>('verify', '--data', data);
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([]);
  });

  it('nothing but a backup is made of a folder that a hub has, and that by asking the hub', async () => {
    const data = await copyAtRest();
    const unlock = await lockDataFolder(data);
    for (const command of [['verify'], ['gc'], ['restore', file]]) {
      const message = new RegExp(`is open in process ${process.pid} on `);
      expectRefused(await runHub(...command, '--data', data), 2, message);
    }
    await unlock();
  });

  it('a backup holds nothing back: what is deleted while it is read is in it, and stays until gc', async () => {
    const data = await copyAtRest();
    const blobs = new FileBlobStore(dataPaths(data).blobs);
    await inDatabase(data, async (prisma) => {
      const { weightsBlob } = await prisma.modelVersion.findFirstOrThrow();
      const service = new BackupService({ prisma, blobs, temporary: folder });
      const reading = await service.open();
      await expect(service.open()).rejects.toMatchObject({ code: 'CONFLICT' });
      await blobs.delete(weightsBlob);
      const copy = join(folder, 'while.backup');
      await writeFile(copy, reading);
      expect((await readBackup(copy)).lacks).toEqual([]);
      expect(await blobs.has(weightsBlob)).toBe(true);
      const givenUp = await service.open(); // now that the first one has ended
      givenUp.destroy();
    });
  });

  it('a backup names what the hub had lost', async () => {
    const data = await copyAtRest();
    const weights = await inDatabase(
      data,
      async (prisma) => (await prisma.modelVersion.findFirstOrThrow()).weightsBlob,
    );
    const content = await readFile(blobFile(data, weights));
    content[content.length >> 1]! ^= 1;
    await writeFile(blobFile(data, weights), content);
    const lacking = join(folder, 'lacking.backup');
    const { code, stdout } = await runHub('backup', lacking, '--data', data);
    expect(code).toBe(1);
    expect(stdout).toContain(`without ${weights.slice(0, 12)}, which was damaged: weights of`);
    expect((await readBackup(lacking)).lacks).toMatchObject([{ sha256: weights, fault: 'damaged' }]);
  });
});
