import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closest } from '../../src/domain/names-like.js';
import type { HubUser } from '../support/hub-user.js';
import { refused as refusalOf } from '../support/refused.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

interface Refusal {
  readonly code: string;
  readonly message: string;
}

describe('a refusal', () => {
  let hub: HubWithColours;
  beforeAll(async () => {
    hub = await TestHub.startWithColours();
  });
  afterAll(() => hub.remove());

  const refused = async (query: string, variables: object = {}, by: HubUser = hub): Promise<Refusal> =>
    (await refusalOf(by.client.request(query, variables))) as Refusal;

  it('of a name suggests the one that was meant', async () => {
    expect(await refused('mutation { deleteDataset(name: "colour") }')).toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is no dataset named colour. Did you mean colours?',
    });
    expect((await refused('mutation { archiveModel(model: "coluors") { id } }')).message).toBe(
      'There is no model named coluors. Did you mean colours?',
    );
    const start = `mutation { startTransferRun(input: { datasetVersionId: "${hub.datasetVersionId}", backbone: "tiny-imagenett-2" }) { id } }`;
    expect((await refused(start)).message).toMatch(
      /^There is no backbone named tiny-imagenett-2\. Did you mean tiny-imagenet-2\? Choose another, /,
    );
  });

  it('of a name that is like no other suggests none', async () => {
    expect((await refused('mutation { deleteDataset(name: "mammals") }')).message).toBe(
      'There is no dataset named mammals.',
    );
  });

  it('tells a token for one model no names of others', async () => {
    const { secret } = await hub.createToken({ name: 'narrow', role: 'ADMIN', model: 'coluors' });
    const archive = 'mutation { archiveModel(model: "coluors") { id } }';
    expect((await refused(archive, {}, hub.as(secret))).message).toBe('There is no model named coluors.');
  });

  it.each([
    ['in the document', '{ runs(filter: { states: [DONE] }) { totalCount } }', {}],
    [
      'in the variables',
      'query ($states: [RunState!]) { runs(filter: { states: $states }) { totalCount } }',
      { states: ['DONE'] },
    ],
  ])('of a value of an enum lists those that are allowed, %s', async (_, query, variables) => {
    const { message } = await refused(query, variables);
    expect(message).toContain('"RunState" enum. Allowed are ');
    for (const state of ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED']) expect(message).toContain(state);
  });

  it('of a role comes before a look for names', async () => {
    const { secret } = await hub.createToken({ name: 'looker', role: 'VIEWER' });
    expect((await refused('mutation { archiveModel(model: "coluors") { id } }', {}, hub.as(secret))).code).toBe(
      'FORBIDDEN',
    );
  });
});

describe('the closest name', () => {
  const names = ['cifar10', 'pets', 'Flowers', 'cats-and-dogs'];
  it.each([
    ['cifar', 'cifar10'],
    ['cifar100', 'cifar10'],
    ['PETS', 'pets'],
    ['flowres', 'Flowers'],
    ['cats-dogs', undefined],
    ['pet', 'pets'],
    ['zebra', undefined],
    ['', undefined],
  ])('to %j is %j', (sought, expected) => expect(closest(sought, names)).toBe(expected));
});
