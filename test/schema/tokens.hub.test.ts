import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { HubClient } from '../../src/cli/client.js';
import type { HubError } from '../../src/errors.js';
import { runHub } from '../support/command.js';
import { requestText } from '../support/hub-user.js';
import { TestHub } from '../support/test-hub.js';

interface TokenAnswer {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly createdBy: string | null;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}

let hub: TestHub;
beforeAll(async () => {
  hub = await TestHub.start();
});
afterAll(() => hub.remove());

const tokens = async (): Promise<TokenAnswer[]> => (await hub.ask<{ tokens: TokenAnswer[] }>('tokens')).tokens;
const found = async (name: string): Promise<TokenAnswer | undefined> =>
  (await tokens()).find((token) => token.name === name);

/** Why a request with a token is refused. */
async function refusal(token: string, query: string, variables = {}, asked = hub): Promise<HubError> {
  return new HubClient(asked.url, token).request(query, variables).then(
    () => expect.fail('it was not refused'),
    (error: HubError) => error,
  );
}

describe('a token', () => {
  it('is shown once, and tells who made it and when it was last used', async () => {
    const { secret } = await hub.createToken({ name: 'ci', role: 'TRAINER' });
    expect(await found('ci')).toMatchObject({ role: 'TRAINER', createdBy: 'first', lastUsedAt: null, revokedAt: null });
    const { me } = await hub.as(secret).ask<{ me: unknown }>('me');
    expect(me).toMatchObject({ name: 'ci', role: 'TRAINER', model: null, expiresAt: null });
    const used = (await found('ci'))!.lastUsedAt;
    expect(Date.now() - Date.parse(used!)).toBeLessThan(60_000);
    await hub.as(secret).ask('me');
    expect((await found('ci'))!.lastUsedAt, 'the last use is written once a minute').toBe(used);
    expect(JSON.stringify(await tokens())).not.toContain(secret);
  });

  it.each([
    ['a name that is taken', { name: 'first', role: 'VIEWER' }, 'CONFLICT', /There is a token named first already/],
    ['a bad name', { name: 'C I', role: 'VIEWER' }, 'BAD_INPUT', /A name has 1 to 64/],
    ['a time that is over', { name: 'x', role: 'VIEWER', expiresAt: '2020-01-01T00:00:00Z' }, 'BAD_INPUT', /expired/],
    ['a model that has no name', { name: 'x', role: 'VIEWER', model: '' }, 'BAD_INPUT', /A name has 1 to 64/],
  ])('is not made with %s', async (_, input, code, message) => {
    const before = await tokens();
    const refused = await refusal(hub.token, await requestText('create-token'), { input });
    expect(refused).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await tokens()).toEqual(before);
  });

  it('that may not do something is told what is needed and what it has, and nothing is lost', async () => {
    await hub.ask('create-dataset', { name: 'kept' });
    const { secret } = await hub.createToken({ name: 'looker', role: 'VIEWER' });
    expect(await refusal(secret, await requestText('delete-dataset'), { name: 'kept' })).toMatchObject({
      code: 'FORBIDDEN',
      message: 'This needs the role MAINTAINER; the token "looker" has VIEWER.',
    });
    expect(await hub.ask('datasets')).toMatchObject({ datasets: [{ name: 'kept' }] });
    const both = 'mutation { createDataset(input: { name: "a" }) { name } deleteDataset(name: "kept") }';
    const { secret: trainer } = await hub.createToken({ name: 'half', role: 'TRAINER' });
    expect(await refusal(trainer, both)).toMatchObject({ code: 'FORBIDDEN' });
    expect(JSON.stringify(await hub.ask('datasets'))).toContain('"kept"');
  });

  it('for one model is told so', async () => {
    const { secret } = await hub.createToken({ name: 'one', role: 'ADMIN', model: 'colours' });
    expect(await refusal(secret, '{ runs { next } }')).toMatchObject({
      code: 'FORBIDDEN',
      message: 'The token "one" may use the model colours only.',
    });
    expect(await refusal(secret, '{ model(name: "other") { name } }')).toMatchObject({ code: 'FORBIDDEN' });
    expect(await hub.as(secret).client.request('{ models { name } model(name: "colours") { name } }')).toEqual({
      models: [],
      model: null,
    });
  });

  it('of the last admin that lasts cannot be revoked', async () => {
    const first = (await found('first'))!;
    await hub.createToken({ name: 'short', role: 'ADMIN', expiresAt: '2100-01-01T00:00:00Z' });
    expect(await refusal(hub.token, await requestText('revoke-token'), { id: first.id })).toMatchObject({
      code: 'CONFLICT',
      message: 'This is the last admin token that does not expire: create another one first.',
    });
    expect((await found('first'))!.revokedAt).toBeNull();
  });
});

describe('a subscription', () => {
  /** Subscribes to what never ends by itself, and has got the first of it. @returns the next, which never comes. */
  async function subscribe(secret: string): Promise<{ next: Promise<unknown> }> {
    const request = await requestText('ingestion-progress');
    const events = hub.as(secret).client.subscribe(request, { progressKey: 'never' });
    await events.next();
    return { next: events.next() };
  }

  it('ends when its token is revoked', async () => {
    const { secret, id } = await hub.createToken({ name: 'watcher', role: 'VIEWER' });
    const { next } = await subscribe(secret);
    const refused = expect(next).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await hub.ask('revoke-token', { id });
    await refused;
  });

  it('ends when its token expires', async () => {
    const expiresAt = new Date(Date.now() + 2000); // the subscription begins before it, on a busy machine too
    const { secret } = await hub.createToken({ name: 'passing', role: 'VIEWER', expiresAt });
    const { next } = await subscribe(secret);
    await expect(next).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
    expect(await refusal(secret, '{ me { name } }')).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('The token has expired'),
    });
  });
});

describe('hub token', () => {
  const hubToken = (...args: string[]) => runHub('token', ...args, '--url', hub.url, '--data', hub.data);

  it('makes, lists and revokes tokens, and still prints the first one', async () => {
    expect(await hubToken()).toMatchObject({ code: 0, stdout: `${hub.token}\n` });
    const made = await hubToken('create', 'robot', '--role', 'MAINTAINER', '--model', 'colours', '--days', '7');
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const { me } = await hub.as(made.stdout.trim()).ask<{ me: { expiresAt: string } }>('me');
    expect(me).toMatchObject({ name: 'robot', role: 'MAINTAINER', model: 'colours' });
    expect((Date.parse(me.expiresAt) - Date.now()) / 86_400_000).toBeCloseTo(7, 1);
    expect((await hubToken('list')).stdout).toMatch(/^robot +MAINTAINER +colours +first /m);
    expect(await hubToken('revoke', 'robot')).toMatchObject({ code: 0, stdout: 'The token robot is revoked\n' });
    expect(await refusal(made.stdout.trim(), '{ me { name } }')).toMatchObject({
      message: expect.stringContaining('The token is revoked'),
    });
    expect(await hubToken('revoke', 'robot')).toMatchObject({ code: 3, stderr: expect.stringContaining('no token') });
    expect(await hubToken('create', 'x', '--role', 'KING')).toMatchObject({ code: 2 });
  });

  it('ends with 5 where the token may not', async () => {
    const { secret } = await hub.createToken({ name: 'weak', role: 'VIEWER' });
    const ended = await runHub('token', 'list', '--url', hub.url, '--token', secret);
    expect(ended).toMatchObject({ code: 5, stderr: expect.stringContaining('needs the role ADMIN') });
  });
});

describe('the first token', () => {
  it('stays revoked when the hub starts again; a new one is made where the file is gone', async () => {
    const other = await TestHub.start();
    onTestFinished(() => other.remove());
    const { secret } = await other.createToken({ name: 'second', role: 'ADMIN' });
    const { tokens: all } = await other.ask<{ tokens: TokenAnswer[] }>('tokens');
    const first = { id: all.find(({ name }) => name === 'first')!.id, secret: other.token };
    await other.as(secret).ask('revoke-token', { id: first.id });
    await other.stop();
    await other.start();
    expect(other.token).toBe(first.secret);
    expect(await refusal(first.secret, '{ me { name } }', {}, other)).toMatchObject({ code: 'UNAUTHENTICATED' });
    await other.stop();
    await rm(join(other.data, 'token'));
    await other.start();
    expect(other.token).not.toBe(first.secret);
    expect(await other.ask('me')).toMatchObject({ me: { name: 'first', role: 'ADMIN' } });
  });
});
