import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, graphqlSync, parse, print, visit } from 'graphql';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { dataPaths } from '../../src/storage/data-folder.js';
import { blobFile } from '../support/blob-file.js';
import { runHub } from '../support/command.js';
import { inDatabase } from '../support/in-database.js';
import { TestHub } from '../support/test-hub.js';

const NO_HUB = ['--url', 'http://127.0.0.1:1'];

interface Report {
  readonly code: number | null;
  readonly findings: readonly Finding[];
}

/** What the doctor says, as programs read it. */
async function doctor(data: string, ...options: readonly string[]): Promise<Report> {
  const { code, stdout, stderr } = await runHub('doctor', '--json', '--data', data, ...options);
  expect(stdout, stderr).toMatch(/^\{.+\}\n$/);
  return { code, ...(JSON.parse(stdout) as { findings: Finding[] }) };
}

const finding = ({ findings }: Report, check: string): Finding | undefined =>
  findings.find((each) => each.check === check);

describe('hub doctor', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hub-doctor-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  /** A copy of the prepared data folder, on which no hub runs. */
  const copy = async (name: string): Promise<string> => {
    const data = join(folder, name);
    await cp(inject('colours').data, data, { recursive: true });
    return data;
  };

  describe('beside a hub that runs', () => {
    let hub: TestHub;
    beforeAll(async () => {
      hub = await TestHub.startWithColours();
    });
    afterAll(() => hub.remove());

    it('finds nothing wrong, and says which process it is', async () => {
      const report = await doctor(hub.data, '--url', hub.url);
      expect(report.findings.filter(({ status }) => status === 'problem')).toEqual([]);
      expect(report.code).toBe(0);
      expect(finding(report, 'lock')?.found).toContain(`process ${process.pid} on `);
      expect(finding(report, 'Node')?.found).toContain(process.versions.node);
      for (const check of ['onnxruntime-node', 'sharp', '@electric-sql/pglite', 'hub', 'token', 'API']) {
        expect(finding(report, check)).toMatchObject({ status: 'ok', remedy: null });
      }
      expect(finding(report, 'database')).toBeUndefined(); // the hub has it
    });

    it('finds a token of another hub', async () => {
      const report = await doctor(hub.data, '--url', hub.url, '--token', 'foreign');
      expect(report.code).toBe(1);
      expect(finding(report, 'token')).toMatchObject({ status: 'problem', remedy: expect.stringContaining('--token') });
    });

    it('needs no data folder for a hub elsewhere', async () => {
      const report = await doctor(join(folder, 'nothing'), '--url', hub.url, '--token', hub.token);
      expect(report.code).toBe(0);
      expect(finding(report, 'data folder')).toMatchObject({ status: 'ok' });
    });
  });

  describe('about a data folder on which no hub runs', () => {
    /** A copy that no test changes. */
    let untouched: string;
    beforeAll(async () => {
      untouched = await copy('untouched');
    });

    it('looks at database and blobs, and tells people in a line each', async () => {
      const { code, stdout } = await runHub('doctor', '--deep', '--data', untouched);
      expect(stdout).toMatch(/^ok {7}database: pglite opens, all migrations applied\.$/m);
      expect(stdout).toMatch(/^ok {7}blobs: \d+ blobs present, every hash matches\.$/m);
      expect(stdout).toMatch(
        /^warning {2}hub: none answers at http:\/\/127\.0\.0\.1:4000\. Start one with "hub start"/m,
      );
      expect(stdout).toMatch(/^No problems found\.$/m);
      expect(code).toBe(0);
    });

    it('finds a hub missing where an address is given', async () => {
      const report = await doctor(untouched, ...NO_HUB);
      expect(report.code).toBe(1);
      expect(finding(report, 'hub')).toMatchObject({ status: 'problem' });
    });

    it('finds a missing blob, and with --deep one of which a byte is flipped', async () => {
      const data = await copy('blobs');
      const { runId } = inject('colours');
      let [weights, features, backbone] = ['', '', ''];
      await inDatabase(data, async (prisma) => {
        weights = (await prisma.run.findUniqueOrThrow({ where: { id: runId } })).weightsBlob as string;
        features = (await prisma.featureChunk.findFirstOrThrow()).blob;
        backbone = (await prisma.backbone.findFirstOrThrow()).sha256;
      });
      await rm(blobFile(data, weights));
      await rm(blobFile(data, features));
      const content = await readFile(blobFile(data, backbone));
      content[content.length >> 1]! ^= 1;
      await writeFile(blobFile(data, backbone), content);

      const shallow = await doctor(data);
      expect(shallow.code).toBe(1);
      expect(finding(shallow, 'blobs')).toMatchObject({ status: 'problem', remedy: expect.stringContaining('backup') });
      expect(finding(shallow, 'blobs')?.found).toContain(
        `${weights.slice(0, 12)} is missing (weights of run ${runId})`,
      );
      expect(finding(shallow, 'blobs')?.found).not.toContain('damaged (');
      expect(finding(shallow, 'cached features')).toMatchObject({ status: 'warning' });
      const deep = finding(await doctor(data, '--deep'), 'blobs')?.found;
      expect(deep).toMatch(/^2 of \d+ blobs/);
      expect(deep).toContain(`${backbone.slice(0, 12)} is damaged (weights of backbone tiny-imagenet-2)`);
    });

    it('finds a database that lacks a migration', async () => {
      const data = await copy('older');
      await inDatabase(
        data,
        (prisma) => prisma.$executeRaw`
        UPDATE _prisma_migrations SET rolled_back_at = now()
        WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)`,
      );
      const report = await doctor(data);
      expect(report.code).toBe(0);
      expect(finding(report, 'database')).toMatchObject({
        status: 'warning',
        remedy: expect.stringContaining('hub start'),
      });
    });

    it('finds a database that is newer', async () => {
      const data = await copy('newer');
      await inDatabase(
        data,
        (prisma) => prisma.$executeRaw`
        UPDATE _prisma_migrations SET migration_name = '99999999999999_later'
        WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)`,
      );
      expect(finding(await doctor(data), 'database')).toMatchObject({
        status: 'problem',
        found: expect.stringContaining('99999999999999_later'),
      });
    });

    it('finds a database that does not open', async () => {
      const data = await copy('damaged');
      await writeFile(join(dataPaths(data).database, 'global', 'pg_control'), Buffer.alloc(8192));
      const report = await doctor(data);
      expect(report.code).toBe(1);
      expect(finding(report, 'database')).toMatchObject({
        status: 'problem',
        found: expect.stringContaining('does not open'),
      });
    });

    it('finds a data folder that is a file, and one that is not there', async () => {
      const file = join(folder, 'file');
      await writeFile(file, '');
      expect(finding(await doctor(file), 'data folder')).toMatchObject({ status: 'problem' });
      expect(finding(await doctor(join(folder, 'nothing')), 'data folder')).toMatchObject({ status: 'warning' });
    });

    it.skipIf(process.platform === 'win32')('finds a data folder that others can enter', async () => {
      const data = await copy('open');
      await chmod(data, 0o755);
      expect(finding(await doctor(data), 'folder privacy')).toMatchObject({
        status: 'warning',
        remedy: `chmod go-rwx "${data}"`,
      });
    });

    it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
      'finds a data folder that it may not enter',
      async () => {
        const data = await copy('closed');
        await chmod(data, 0o500);
        onTestFinished(() => chmod(data, 0o700));
        expect(finding(await doctor(data), 'data folder')).toMatchObject({ status: 'problem' });
      },
    );
  });

  it('finds a hub with another API', async () => {
    const text = await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8');
    const without = visit(parse(text), {
      FieldDefinition: ({ name }) => (name.value === 'cancelRun' ? null : undefined),
    });
    const url = await serve(print(without));
    expect(finding(await doctor(folder, '--url', url, '--token', 'x'), 'API')).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('cancelRun'),
    });
    const more = await serve(text.replace('type Query {\n', 'type Query {\n  explain: String\n'));
    expect(finding(await doctor(folder, '--url', more, '--token', 'x'), 'API')).toMatchObject({ status: 'warning' });
  });
});

/** Something that answers as a hub with this schema does. @returns its address. */
async function serve(schema: string): Promise<string> {
  const answers = buildSchema(schema);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method === 'GET') return response.end('{}');
    const { query } = JSON.parse(Buffer.concat(chunks).toString()) as { query: string };
    response.end(JSON.stringify(graphqlSync({ schema: answers, source: query })));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
