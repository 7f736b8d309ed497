import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, it, onTestFinished } from 'vitest';
import type { Caller } from '../../src/domain/caller.js';
import { modelIn } from '../../src/domain/permission.js';
import { permit, requireToken } from '../../src/http/authentication.js';

/** Tokens that say themselves what they are: `TRAINER` or `TRAINER:colours`. */
const authentication = {
  async authenticate(token: string | undefined): Promise<Caller> {
    const [role, model = null] = (token as string).split(':');
    return { tokenId: 't', name: 'tester', role: role as Caller['role'], model, expiresAt: null };
  },
  knownId: () => undefined,
  onRevoked: () => () => undefined,
};

it.each([
  ['VIEWER', 403, { needed: 'TRAINER', held: 'VIEWER' }],
  ['TRAINER', 200, {}],
  ['ADMIN', 200, {}],
  ['ADMIN:other', 403, { model: 'other' }],
  ['VIEWER:colours', 403, { needed: 'TRAINER', held: 'VIEWER' }],
  ['TRAINER:colours', 200, {}],
])('a route for trainers about the model colours answers %s with %i', async (token, status, details) => {
  const app = express();
  const trainer = permit({ role: 'TRAINER', model: modelIn('model') });
  app.get('/models/:model', requireToken(authentication), trainer, (_request, response) => void response.json({}));
  const server = app.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/colours`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(status);
  const answer = (await response.json()) as { errors?: { extensions: object }[] };
  expect(answer.errors?.[0]?.extensions ?? {}).toEqual(status === 403 ? { code: 'FORBIDDEN', ...details } : {});
});
