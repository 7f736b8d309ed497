import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: object }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
}

const PAGE =
  'edges { cursor node { ...Id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount';

describe('connections', () => {
  let hub: HubWithColours;
  beforeAll(async () => {
    hub = await TestHub.startWithColours();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await hub.createToken({ name, role: 'VIEWER' });
  });
  afterAll(() => hub.remove());

  /** All pages of a list, each with two items. @param list its field, with other arguments @param node fields of an item */
  async function pages(list: string, at: string, node: string): Promise<Connection[]> {
    const read: Connection[] = [];
    for (let after: string | null = null; ; ) {
      const args: string = `first: 2, after: ${JSON.stringify(after)}`;
      const page: string = PAGE.replace('...Id', node);
      const query = list.replace('$page', `(${args})`).replace('$args', args).replace('$fields', `{ ${page} }`);
      const answer = await hub.client.request<Record<string, unknown>>(query, {});
      const connection = at.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], answer);
      read.push(connection as Connection);
      after = (connection as Connection).pageInfo.endCursor;
      if (!(connection as Connection).pageInfo.hasNextPage) return read;
    }
  }

  it.each([
    ['auditEvents', '{ auditEvents$page $fields }', 'auditEvents', 'number'],
    ['runs', '{ runs$page $fields }', 'runs', 'id'],
    ['runs by accuracy', '{ runs($args, sort: { by: TEST_ACCURACY }) $fields }', 'runs', 'id'],
  ])('reads %s page by page, each item once', async (_, list, at, node) => {
    const read = await pages(list, at, node);
    const nodes = read.flatMap(({ edges }) => edges.map((edge) => edge.node));
    expect(nodes).toHaveLength(read[0]!.totalCount);
    expect(new Set(nodes.map((each) => JSON.stringify(each))).size).toBe(nodes.length);
    for (const [index, { edges, pageInfo, totalCount }] of read.entries()) {
      expect(pageInfo).toEqual({
        hasNextPage: index < read.length - 1,
        hasPreviousPage: index > 0,
        startCursor: edges[0]!.cursor,
        endCursor: edges.at(-1)!.cursor,
      });
      expect(totalCount).toBe(nodes.length);
    }
  });

  it('reads images page by page, and answers the deprecated fields alike', async () => {
    const id = hub.datasetVersionId;
    const list = `{ datasetVersion(id: "${id}") { images($args, split: TEST, label: "red") $fields } }`;
    const read = await pages(list, 'datasetVersion.images', 'row');
    const rows = read.flatMap(({ edges }) => edges.map((edge) => (edge.node as { row: number }).row));
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    const old = `{ datasetVersion(id: "${id}") {
      images(page: { first: 2, after: 0 }, split: TEST, label: "red") { total next images { row } }
    } }`;
    const answer = await hub.client.request<{ datasetVersion: { images: object } }>(old, {});
    expect(answer.datasetVersion.images).toEqual({
      total: rows.length,
      next: 2,
      images: rows.slice(1, 3).map((row) => ({ row })),
    });
  });

  it('continues from the cursor of any edge', async () => {
    const read = async (args: string): Promise<Connection> => {
      const query = `{ auditEvents(${args}) { ${PAGE.replace('...Id', 'number')} } }`;
      return (await hub.client.request<{ auditEvents: Connection }>(query, {})).auditEvents;
    };
    const all = await read('first: 50');
    const rest = await read(`first: 50, after: "${all.edges[1]!.cursor}"`);
    expect(rest.edges).toEqual(all.edges.slice(2));
    const past = await read(`first: 50, after: "${all.edges.at(-1)!.cursor}"`);
    expect(past).toMatchObject({ edges: [], pageInfo: { hasNextPage: false, startCursor: null, endCursor: null } });
  });

  it.each([
    ['runs(after: "nothing")'],
    ['sweeps(after: "17")'],
    ['auditEvents(after: "-1")'],
    ['auditEvents(after: "1e3")'],
    ['predictions(filter: { model: "colours" }, after: "x")'],
  ])('refuses a cursor of another list: %s', async (field) => {
    await expect(hub.client.request(`{ ${field} { totalCount } }`, {})).rejects.toThrow(
      /"after" must be the "endCursor" of a page of the same list; ".*" is not one\./,
    );
  });

  it('refuses pages of no or too many items', async () => {
    for (const first of [0, 201, -5]) {
      const asked = hub.client.request(`{ runs(first: ${first}) { totalCount } }`, {});
      await expect(asked).rejects.toThrow(`first must be 1 to 200; ${first} was received.`);
    }
  });

  it('reads lists without edges page by page', async () => {
    const read = async (args: string): Promise<{ id: string }[]> => {
      const query = `{ model(name: "colours") { aliasEvents${args} { id } } }`;
      return (await hub.client.request<{ model: { aliasEvents: { id: string }[] } }>(query, {})).model.aliasEvents;
    };
    const [newest, ...older] = await read('');
    expect(await read('(first: 1)')).toEqual([newest]);
    expect(await read(`(after: "${newest!.id}")`)).toEqual(older);
  });
});

describe('node', () => {
  let hub: HubWithColours;
  beforeAll(async () => {
    hub = await TestHub.startWithColours();
  });
  afterAll(() => hub.remove());

  const node = async (id: string): Promise<{ __typename: string; id: string } | null> =>
    (
      await hub.client.request<{ node: { __typename: string; id: string } | null }>(
        'query ($id: ID!) { node(id: $id) { __typename id ... on Run { state } ... on Model { versions { number } } } }',
        { id },
      )
    ).node;

  it('finds an object of each type by its id alone', async () => {
    const { model, datasets, runs } = await hub.client.request<{
      model: { id: string; versions: { id: string }[] };
      datasets: { id: string; versions: { id: string }[] }[];
      runs: { edges: { node: { id: string } }[] };
    }>(
      '{ model(name: "colours") { id versions { id } } datasets { id versions { id } } runs { edges { node { id } } } }',
      {},
    );
    const found = {
      Model: model.id,
      ModelVersion: model.versions[0]!.id,
      Dataset: datasets[0]!.id,
      DatasetVersion: datasets[0]!.versions[0]!.id,
      Run: runs.edges[0]!.node.id,
    };
    for (const [type, id] of Object.entries(found)) expect(await node(id)).toMatchObject({ __typename: type, id });
  });

  it('is null for an id that nothing has', async () => {
    expect(await node('00000000-0000-7000-8000-000000000000')).toBeNull();
    expect(await node('no id')).toBeNull();
  });
});
