import { randomUUID } from 'node:crypto';
import { OperationTypeNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { includes, ROLES, type Role } from '../../src/domain/role.js';
import { permissionOf } from '../../src/schema/permission.js';
import { buildHubSchema } from '../../src/schema/schema.js';
import type { PrismaClient } from '../../src/storage/database.js';
import { anyRequest, textArguments } from '../support/any-request.js';
import { copyRun, copyVersions } from '../support/model-copies.js';
import { TestHub } from '../support/test-hub.js';
import { ROUTES } from './permissions.js';

const schema = buildHubSchema();
const OWN = 'colours';
/** Names and ids of what is another's, and of nothing. */
const FOREIGN_NAME = 'foreign';
const [NO_NAME, NO_ID] = ['nothing', '00000000-0000-7000-8000-000000000000'];
/** Arguments that name something by a text: a reason or a label does not. */
const NAMES = /^(model|models|name|dataset|datasets|backbone|alias|key|progressKey|subject|actor|hash|inputHash)$/;

/** Ids of a model, a version, a run, ... that are another's, by kind. */
let foreign: Readonly<Record<string, string>>;
let hub: TestHub;
/** A file that can be imported, as far as its place goes. */
let modelFile: string;

/** Adds a whole second model beside "colours", with data and a run of its own. */
async function addForeign(client: PrismaClient): Promise<void> {
  const dataset = await client.dataset.create({ data: { name: FOREIGN_NAME } });
  const datasetVersion = randomUUID();
  const changes = JSON.stringify({ id: datasetVersion, dataset_id: dataset.id, source: 'a foreign source' });
  await client.$executeRaw`
    INSERT INTO dataset_versions SELECT (jsonb_populate_record(v, ${changes}::jsonb)).* FROM dataset_versions v LIMIT 1`;
  const run = await copyRun(client);
  await client.run.update({ where: { id: run }, data: { datasetVersionId: datasetVersion } });
  await copyVersions(client, FOREIGN_NAME, [{ datasetVersionId: datasetVersion }]);
  const { id: version, modelId } = await client.modelVersion.findFirstOrThrow({
    where: { model: { name: FOREIGN_NAME } },
  });
  await client.modelVersion.update({ where: { id: version }, data: { runId: run } });
  const prediction = randomUUID();
  const answer = { at: new Date(), inputHash: 'f'.repeat(64), label: 'red', confidence: 1, milliseconds: 1 };
  await client.loggedPrediction.create({ data: { id: prediction, modelId, versionId: version, ...answer } });
  const asked = { alias: 'production', seenVersion: 0, overrideGate: true, reason: 'a foreign reason', gate: [] };
  const by = { requestedBy: 'somebody', requestedById: randomUUID() };
  const request = await client.promotionRequest.create({ data: { versionId: version, ...asked, ...by } });
  const token = await client.token.create({ data: { name: FOREIGN_NAME, role: 'VIEWER', hash: 'f'.repeat(64) } });
  const hook = { url: 'https://foreign.example', events: [], secret: 'a foreign secret', createdBy: 'somebody' };
  const webhook = await client.webhook.create({ data: hook });
  foreign = {
    dataset: dataset.id,
    datasetVersion,
    run,
    version,
    prediction,
    request: request.id,
    token: token.id,
    webhook: webhook.id,
  };
}

beforeAll(async () => {
  hub = await TestHub.startWithColours({ rows: addForeign });
  modelFile = await hub.file('model.h5', 'no model');
});
afterAll(() => hub.remove());

/** The part of an id that the page shows, which names the same object. */
const end = (id: string): string => id.slice(-8);
/** Foreign ids, whole and in part, each with one of nothing. */
const foreignIds = () => Object.values(foreign).flatMap((id) => [[id, NO_ID] as const, [end(id), end(NO_ID)] as const]);

interface Question {
  readonly name: string;
  readonly needs: Role;
  /** Requests that differ only in what they name: something of another's, and nothing. */
  readonly queries: readonly [foreign: string, nothing: string];
  readonly takesFile: boolean;
}

/** Every argument of every query and mutation that names an object, with each kind of foreign object. */
function* questions(): Generator<Question> {
  for (const operation of [OperationTypeNode.QUERY, OperationTypeNode.MUTATION]) {
    for (const field of Object.values(schema.getRootType(operation)!.getFields())) {
      const { role: needs, model } = permissionOf(field);
      const own = model !== null && model !== 'NARROWED' ? { [model.argument]: OWN } : {};
      const scope = field.name === 'importModelVersion' ? { ...own, 'input.path': modelFile } : own;
      for (const { path, name: argument, type } of textArguments(field.args)) {
        if (type === 'String' && !NAMES.test(argument)) continue;
        for (const [value, none] of type === 'ID' ? foreignIds() : [[FOREIGN_NAME, NO_NAME] as const]) {
          const ask = (named: string) => anyRequest(operation, field, { ...scope, [path]: named });
          const { query, takesFile } = ask(value);
          const name = `${field.name}(${path}: ${Object.entries(foreign).find(([, id]) => id.endsWith(value))?.[0] ?? value})`;
          yield { name, needs, queries: [query, ask(none).query], takesFile };
        }
      }
    }
  }
}

/** What a token is told, without the value that it named itself. */
async function told(secret: string, query: string, takesFile: boolean): Promise<string> {
  const file = { as: 'file', content: Buffer.from('no model') };
  const { status, data, errors } = await hub.as(secret).post(query, {}, takesFile ? file : undefined);
  const text = JSON.stringify({ status, data, errors }).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
  const ids = [NO_ID, ...Object.values(foreign)];
  return [FOREIGN_NAME, NO_NAME, ...ids, ...ids.map(end)].reduce((all, own) => all.replaceAll(own, '*'), text);
}

describe('what is of another model', () => {
  // The first one: later ones give what is its own the names that they try.
  it('is for a token for one model nowhere in what it can ask about its own', async () => {
    const { secret } = await hub.createToken({ name: 'own', role: 'ADMIN', model: OWN });
    const version =
      'id datasetVersion { dataset source derivation { parents { id dataset } } } lineage { id modelVersions { model } } runId';
    const query = `{
      models(archived: true) { name versions { ${version} } aliasEvents { reason } }
      deployments { model versionId }
      promotionRequests(model: "${OWN}") { id } modelImports(model: "${OWN}") { id } rollouts(model: "${OWN}") { id }
      predictions(filter: { model: "${OWN}" }) { predictions { id } } auditEvents(filter: { model: "${OWN}" }) { events { subject } }
      me { name } limits { name }
    }`;
    const { data, errors } = await hub.as(secret).post(query);
    expect(errors).toBeUndefined();
    const text = JSON.stringify(data);
    expect(text).toContain(`"name":"${OWN}"`);
    for (const value of [FOREIGN_NAME, ...Object.values(foreign)]) expect(text).not.toContain(value);
  });

  it.each(ROLES)('is for a %s of one model as if it did not exist, whatever names it', async (role) => {
    const { secret } = await hub.createToken({ name: `scoped-${role.toLowerCase()}`, role, model: OWN });
    const different: string[] = [];
    const ofNothing = new Map<string, string>();
    let count = 0;
    for (const { name, needs, queries, takesFile } of questions()) {
      // A role that it lacks is refused before its arguments are looked at: that is asked of one role alone.
      if (!includes(role, needs) && role !== 'VIEWER') continue;
      const other = await told(secret, queries[0], takesFile);
      const nothing = ofNothing.get(queries[1]) ?? (await told(secret, queries[1], takesFile));
      ofNothing.set(queries[1], nothing);
      count += 1;
      if (other !== nothing) different.push(`${name}: ${other.slice(0, 300)}, but ${nothing.slice(0, 300)}`);
    }
    expect(different).toEqual([]);
    expect(count).toBeGreaterThan(100);
  });

  it.each(Object.keys(ROUTES).filter((route) => /:model|classify/.test(route)))(
    'is no other over HTTP than what does not exist: %s',
    async (route) => {
      const { secret } = await hub.createToken({
        name: `http-${Object.keys(ROUTES).indexOf(route)}`,
        role: 'ADMIN',
        model: OWN,
      });
      const [method, pattern] = route.split(' ') as [string, string];
      const answer = async (model: string): Promise<string> => {
        const path = pattern
          .replace('\\:', ':')
          .replace('{/versions/:version}', '')
          .replace(':model', model)
          .replace(':version', '1');
        const response = await hub.fetch(`${path}?model=${model}&format=onnx`, {
          method,
          headers: { authorization: `Bearer ${secret}` },
        });
        return `${response.status} ${(await response.text()).replaceAll(model, '*')}`;
      };
      expect(await answer(FOREIGN_NAME)).toBe(await answer(NO_NAME));
    },
  );

  // The last one: it changes things.
  it('exists for a token for all models, by the same requests', async () => {
    const { secret } = await hub.createToken({ name: 'all', role: 'ADMIN', model: null });
    const found: string[] = [];
    const needed = [
      ...['registerModelVersion(input.runId: run)', 'giveFeedback(predictionId: prediction)'],
      ...['approvePromotion(id: request)', 'datasetVersion(id: datasetVersion)', 'run(id: run)'],
      ...['importModelVersion(input.datasetVersionId: datasetVersion)', 'model(name: foreign)'],
    ];
    for (const { name, queries, takesFile } of questions()) {
      if (!needed.includes(name)) continue;
      if ((await told(secret, queries[0], takesFile)) !== (await told(secret, queries[1], takesFile))) found.push(name);
    }
    expect([...new Set(found)].sort()).toEqual(needed.sort());
  });
});
