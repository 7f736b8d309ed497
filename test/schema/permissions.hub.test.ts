import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Express } from 'express';
import { OperationTypeNode } from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { includes, ROLES, type Role } from '../../src/domain/role.js';
import { HubError } from '../../src/errors.js';
import { Connections } from '../../src/http/connections.js';
import { startApollo } from '../../src/http/graphql.js';
import { createApp, type HttpParts } from '../../src/http/server.js';
import { permissionOf, rootFields } from '../../src/schema/permission.js';
import { buildHubSchema } from '../../src/schema/schema.js';
import { anyRequest } from '../support/any-request.js';
import { TestHub } from '../support/test-hub.js';
import { PERMISSIONS, ROUTES } from './permissions.js';

const schema = buildHubSchema();
/** The model that every request names which names one. */
const OWN = 'colours';

/** Who asks: the token's role and model, or why it is refused. */
type Asker =
  | { role: Role; model: string | null }
  | 'no token'
  | 'an unknown token'
  | 'an expired one'
  | 'a revoked one';

const ASKERS: readonly [name: string, asker: Asker][] = [
  ...ROLES.map((role): [string, Asker] => [role, { role, model: null }]),
  ['an ADMIN of this model', { role: ROLES.at(-1)!, model: OWN }],
  ['an ADMIN of another model', { role: ROLES.at(-1)!, model: 'other' }],
  ...(['no token', 'an unknown token', 'an expired one', 'a revoked one'] as const).map((asker): [string, Asker] => [
    asker,
    asker,
  ]),
];

let hub: TestHub;
const tokens = new Map<string, string>();
beforeAll(async () => {
  hub = await TestHub.start();
  for (const [i, [name, asker]] of ASKERS.entries()) {
    if (typeof asker === 'object') tokens.set(name, (await hub.createToken({ name: `t${i}`, ...asker })).secret);
  }
  const admin = { role: 'ADMIN', model: null };
  const revoked = await hub.createToken({ name: 'revoked', ...admin });
  await hub.ask('revoke-token', { id: revoked.id });
  const expiresAt = new Date(Date.now() + 1000);
  const expired = await hub.createToken({ name: 'expired', ...admin, expiresAt });
  await vi.waitUntil(async () => (await hub.as(expired.secret).post('{ me { name } }')).status === 401, {
    timeout: 60_000,
  });
  tokens.set('a revoked one', revoked.secret).set('an expired one', expired.secret);
  tokens.set('no token', '').set('an unknown token', 'x'.repeat(43));
});
afterAll(() => hub.remove());

/** What the tables say that the answer's code is; null where it is allowed. */
function expected([needs, ofModel]: readonly [Role, string], asker: Asker): string | null {
  if (typeof asker === 'string') return 'UNAUTHENTICATED';
  if (!includes(asker.role, needs)) return 'FORBIDDEN';
  if (asker.model === null || ofModel === 'narrowed') return null;
  return ofModel === 'its own' && asker.model === OWN ? null : 'FORBIDDEN';
}

/** What went wrong before a permission was looked at, or inside the hub: no request here may end so. */
const FAULTS = ['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT', 'GRAPHQL_PARSE_FAILED', 'BAD_REQUEST', 'INTERNAL'];

async function codeOf(operation: string, query: string, takesFile: boolean, token: string): Promise<string | null> {
  const user = hub.as(token);
  if (operation === OperationTypeNode.SUBSCRIPTION) {
    const events = user.client.subscribe(query, {});
    let settled = false;
    const code = events
      .next()
      .then(() => null)
      .catch((error: HubError) => error.code)
      .finally(() => {
        settled = true;
        return events.return(undefined);
      });
    // One that is allowed may tell only what happens, so something has to happen.
    const happen = async (): Promise<boolean> => {
      if (!settled) await hub.ask('create-dataset', { name: `d-${randomUUID()}` });
      return settled;
    };
    await vi.waitUntil(happen, { timeout: 90_000 });
    return code;
  }
  const file = { as: 'file', content: Buffer.from('no photo') };
  const { errors } = await user.post(query, {}, takesFile ? file : undefined);
  return (errors?.[0]?.extensions.code as string | undefined) ?? null;
}

interface MeAnswer {
  readonly role: Role;
  readonly model: string | null;
  readonly may: string[];
  readonly mayNot: readonly { readonly name: string; readonly reason: string }[];
}

describe('the table of permissions', () => {
  it('has every query, mutation and subscription, and says of each what stands on it', () => {
    const declared = rootFields(schema).map((field) => {
      const { role, model } = permissionOf(field);
      return [field.name, [role, model === null ? 'nothing' : model === 'NARROWED' ? 'narrowed' : 'its own']];
    });
    expect(Object.fromEntries(declared)).toEqual(PERMISSIONS);
  });

  it.each(ASKERS)('holds for every query, mutation and subscription: %s', async (name, asker) => {
    const answers: Record<string, string | null> = {};
    const table: Record<string, string | null> = {};
    for (const operation of Object.values(OperationTypeNode)) {
      for (const field of Object.values(schema.getRootType(operation)?.getFields() ?? {})) {
        const { model } = permissionOf(field);
        const chosen = model !== null && model !== 'NARROWED' ? { [model.argument]: OWN } : {};
        const { query, takesFile } = anyRequest(operation, field, chosen);
        const code = await codeOf(operation, query, takesFile, tokens.get(name)!);
        expect(FAULTS, `${query} ends with ${code}`).not.toContain(code);
        table[field.name] = expected(PERMISSIONS[field.name]!, asker);
        answers[field.name] = code === 'FORBIDDEN' || code === 'UNAUTHENTICATED' ? code : null;
      }
    }
    expect(answers).toEqual(table);
    if (typeof asker === 'string') return;
    const { me } = await hub.as(tokens.get(name)!).ask<{ me: MeAnswer }>('me');
    expect(me).toMatchObject(asker);
    const may = Object.keys(PERMISSIONS).filter(
      (field) => expected(PERMISSIONS[field]!, { ...asker, model: asker.model && OWN }) === null,
    );
    expect(me.may).toEqual(may.sort());
    const refused = me.mayNot.map((operation) => operation.name);
    expect([...may, ...refused].sort()).toEqual(Object.keys(PERMISSIONS).sort());
    for (const { reason } of me.mayNot) expect(reason).toMatch(/^(This needs the role [A-Z]+|The token "t\d" may use)/);
  });
});

it('docs/security.md has the table of roles', async () => {
  const text = await readFile(new URL('../../docs/security.md', import.meta.url), 'utf8');
  const names = (role: Role): string =>
    Object.keys(PERMISSIONS)
      .filter((field) => PERMISSIONS[field]![0] === role)
      .sort()
      .map((field) => `\`${field}\``)
      .join(', ');
  const table = ['| role | may also call |', '|---|---|', ...ROLES.map((role) => `| ${role} | ${names(role)} |`)].join(
    '\n',
  );
  expect(/<!-- roles -->\n([\s\S]*)\n<!-- \/roles -->/.exec(text)?.[1]).toBe(table);
});

describe('the table of routes', () => {
  it('has every route', async () => {
    const apollo = await startApollo(schema, pino({ level: 'silent' }));
    const app = createApp(
      { schema, authentication: {}, subscribed: {}, metrics: {}, page: '.' } as HttpParts,
      apollo,
      new Connections(createServer(), 1),
    );
    await apollo.stop();
    const found = routesOf(app);
    expect(found.filter((route) => !(route in ROUTES))).toEqual([]);
    expect(Object.keys(ROUTES).filter((route) => !found.includes(route))).toEqual([]);
  });

  it.each(Object.entries(ROUTES))('holds: %s is for %s', async (route, needs) => {
    const [method, pattern] = route.split(' ') as [string, string];
    const path = pattern.replace(/\{[^}]*\}|\\/g, '').replace(':model', OWN);
    for (const [name, asker] of ASKERS) {
      const headers = { authorization: `Bearer ${tokens.get(name)}`, accept: 'text/html' };
      const { status } = await hub.fetch(`${path}?model=${OWN}`, { method, headers });
      const code = typeof needs === 'string' ? null : expected(needs, asker);
      if (needs === 'open') expect(status, name).toBeLessThan(400);
      else if (typeof asker === 'string') expect(status, name).toBe(401);
      else if (code === 'FORBIDDEN') expect(status, name).toBe(403);
      else expect([401, 403], name).not.toContain(status);
    }
  });
});

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  readonly handle?: { readonly stack?: readonly Layer[] };
}

/** `GET /health`, ... of an app and of the routers in it, without the refusals of all other methods. */
function routesOf({ router }: Express): string[] {
  const within = (stack: readonly Layer[]): string[] =>
    stack.flatMap(({ route, handle }) => {
      if (!route) return within(handle?.stack ?? []);
      const methods = Object.keys(route.methods).filter((method) => method !== '_all');
      return methods.map((method) => `${method.toUpperCase()} ${route.path}`);
    });
  return within((router as unknown as { stack: readonly Layer[] }).stack);
}
