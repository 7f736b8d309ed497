import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PrismaClient } from '../../src/storage/database.js';
import { HubCommands } from '../support/command.js';
import type { HubUser } from '../support/hub-user.js';
import { copyVersions } from '../support/model-copies.js';
import { TestHub } from '../support/test-hub.js';

const MODEL = 'pets';
const FAILED = { state: 'FAILED', error: 'Not a model.', errorCode: 'WEIGHTS_REFUSED', endedAt: new Date(0) } as const;

let hub: TestHub;
/** The trainers of that name, and another one. */
let ann: HubUser;
let bob: HubUser;
/** Ids of imports that ann has started, by their file. */
let ids: Readonly<Record<string, string>>;

async function addImports(client: PrismaClient): Promise<void> {
  await copyVersions(client, MODEL, [{}]);
  const version = await client.modelVersion.findFirstOrThrow({ where: { model: { name: MODEL } } });
  const about = { model: MODEL, datasetVersionId: version.datasetVersionId, actor: 'ann', fileHash: 'a'.repeat(64) };
  const ended = { state: 'SUCCEEDED', endedAt: new Date(0) } as const;
  const states = {
    'failed.h5': FAILED,
    'failed too.h5': FAILED,
    'failed by hand.h5': FAILED,
    'queued.h5': {},
    'running.h5': { state: 'RUNNING' },
    'origin.h5': { ...ended, versionId: version.id },
    'of a deleted version.h5': ended,
  } as const;
  const rows = Object.entries(states).map(async ([fileName, state]) => {
    const { id } = await client.modelImport.create({ data: { ...about, bytes: 1n, fileName, ...state } });
    return [fileName, id] as const;
  });
  ids = Object.fromEntries(await Promise.all(rows));
}

beforeAll(async () => {
  hub = await TestHub.startWithColours({ leaves: ['import', 'calibrate', 'quantize'], rows: addImports });
  const trainer = async (name: string): Promise<HubUser> =>
    hub.as((await hub.createToken({ name, role: 'TRAINER', model: MODEL })).secret);
  [ann, bob] = [await trainer('ann'), await trainer('bob')];
});
afterAll(() => hub.remove());

const remove = (user: HubUser, file: string, model = MODEL): Promise<unknown> =>
  user.ask('delete-model-import', { model, id: ids[file]! });
async function files(): Promise<string[]> {
  const { modelImports } = await hub.ask<{ modelImports: { fileName: string }[] }>('model-imports', { model: MODEL });
  return modelImports.map(({ fileName }) => fileName);
}

it('a failed import is deleted by the token that started it, and the audit says what it was', async () => {
  await remove(ann, 'failed.h5');
  expect(await files()).not.toContain('failed.h5');
  const filter = { actions: ['MODEL_IMPORT_DELETED'], actor: 'ann' };
  const { auditEvents } = await hub.ask<{ auditEvents: { events: object[] } }>('audit-events', { filter });
  const details = { file: 'failed.h5', sha256: 'a'.repeat(64), actor: 'ann', error: 'Not a model.' };
  expect(auditEvents.events).toMatchObject([{ subject: `import ${ids['failed.h5']}`, model: MODEL, details }]);
  await expect(remove(ann, 'failed.h5')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('another trainer cannot delete it, and a maintainer can', async () => {
  await expect(remove(bob, 'failed too.h5')).rejects.toMatchObject({
    code: 'FORBIDDEN',
    message: `The import ${ids['failed too.h5']} of failed too.h5 was started by "ann": it can be deleted by that token, or by a MAINTAINER.`,
  });
  await remove(hub, 'failed too.h5');
  expect(await files()).not.toContain('failed too.h5');
});

it.each(['queued.h5', 'running.h5'])('an import under way is not deleted: %s', async (file) => {
  const message = `The import ${ids[file]} of ${file} is under way. Wait until it has ended.`;
  await expect(remove(ann, file)).rejects.toMatchObject({ code: 'CONFLICT', message });
  expect(await files()).toContain(file);
});

it('the origin of a version is deleted only after the version', async () => {
  const message = expect.stringContaining('is the origin of version 1 of pets. Delete that version first.');
  await expect(remove(ann, 'origin.h5')).rejects.toMatchObject({ code: 'CONFLICT', message });
  await remove(ann, 'of a deleted version.h5');
  expect(await files()).not.toContain('of a deleted version.h5');
});

it('an import is not found under the name of another model', async () => {
  await expect(remove(hub, 'queued.h5', 'colours')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('the terminal lists imports with their errors, and deletes one', async () => {
  const { shown } = new HubCommands(() => hub);
  expect(await shown('model', 'imports', MODEL)).toMatch(/failed by hand\.h5 +1 B +FAILED +- +ann .+ Not a model\./);
  const id = ids['failed by hand.h5']!;
  expect(await shown('model', 'delete-import', MODEL, id)).toBe(`Import ${id} is deleted\n`);
  expect(await files()).not.toContain('failed by hand.h5');
});
