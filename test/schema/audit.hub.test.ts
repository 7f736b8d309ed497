import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyAuditChain } from '../../src/domain/audit/audit-chain.js';
import { auditRow } from '../../src/domain/audit/audit-event.js';
import { openDatabase } from '../../src/storage/database.js';
import { RowDatabase } from '../support/run-rows.js';

const BY = { name: 'tester', requestId: 'r1' };
const entry = (i: number) => auditRow(BY, { action: 'RUN_DELETED', subject: `run ${i}`, details: { i } });

describe('the audit', () => {
  let database: RowDatabase;
  beforeAll(async () => {
    database = await RowDatabase.open();
  });
  beforeEach(() => behindItsBack('TRUNCATE audit_events'));
  afterAll(() => database.remove());

  /** As someone would who may do everything in the database. */
  async function behindItsBack(...statements: readonly string[]): Promise<void> {
    const triggers = (what: string): string => `ALTER TABLE audit_events ${what} TRIGGER ALL`;
    for (const sql of [triggers('DISABLE'), ...statements, triggers('ENABLE')]) {
      await database.client.$executeRawUnsafe(sql);
    }
  }

  const fill = async (rows: number): Promise<void> => {
    for (let i = 1; i <= rows; i++) await database.client.auditEvent.create({ data: entry(i) });
  };

  it('is empty and intact at first', async () => {
    expect(await verifyAuditChain(database.client)).toEqual({ intact: 0, lastHash: '0'.repeat(64), broken: null });
  });

  it('numbers and chains what many write at once', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, i) => database.client.auditEvent.create({ data: entry(i) })));
    const rows = await database.client.auditEvent.findMany({ orderBy: { number: 'asc' } });
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    for (const [i, row] of rows.entries()) expect(row.previousHash).toBe(rows[i - 1]?.hash ?? '0'.repeat(64));
    expect(await verifyAuditChain(database.client)).toEqual({ intact: 30, lastHash: rows.at(-1)!.hash, broken: null });
  });

  it('leaves no gap where a transaction is undone', async () => {
    const undone = database.client.$transaction(async (tx) => {
      await tx.auditEvent.create({ data: entry(1) });
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await fill(1);
    expect(await verifyAuditChain(database.client)).toMatchObject({ intact: 1, broken: null });
  });

  it.each(['"quoted" \\ back', 'two\nlines\ttab\u0001\u001f\u007f', 'Ünïcödé 🐈 \u2028', '', "'; DROP TABLE x --"])(
    'hashes %j as the database does',
    async (text) => {
      const given = { action: 'GATE_CHANGED', subject: text, model: text, from: text, to: text, reason: text } as const;
      await database.client.auditEvent.create({
        data: auditRow({ name: text, requestId: null }, { ...given, details: { [text]: [text, 1e21, 0.1, null] } }),
      });
      expect(await verifyAuditChain(database.client)).toMatchObject({ intact: 1, broken: null });
    },
  );

  it.each([
    ['change', `UPDATE audit_events SET reason = 'other' WHERE number = 1`],
    ['delete', 'DELETE FROM audit_events WHERE number = 1'],
    ['delete no', 'DELETE FROM audit_events WHERE number = 99'],
    ['empty', 'TRUNCATE audit_events'],
  ])('refuses to %s rows', async (_, sql) => {
    await fill(2);
    await expect(database.client.$executeRawUnsafe(sql)).rejects.toThrow(/the audit is only added to/);
    expect(await verifyAuditChain(database.client)).toMatchObject({ intact: 2, broken: null });
  });

  it('takes neither number nor hash from who writes', async () => {
    await fill(1);
    await database.client.auditEvent.create({ data: { ...entry(2), number: 77, hash: 'a', previousHash: 'b' } });
    expect(await verifyAuditChain(database.client)).toMatchObject({ intact: 2, broken: null });
  });

  it.each([
    ['changed', `UPDATE audit_events SET reason = 'other' WHERE number = 3`, 3, /Its hash is not that of its content/],
    ['dated back', `UPDATE audit_events SET at = at - interval '1 ms' WHERE number = 2`, 2, /not that of its content/],
    ['taken out', 'DELETE FROM audit_events WHERE number IN (2, 3)', 4, /The rows 2 to 3 are missing/],
    [
      'changed, with its hash',
      `UPDATE audit_events SET actor = 'x', hash = (SELECT hash FROM audit_events WHERE number = 1) WHERE number = 3`,
      3,
      /not that of its content/,
    ],
    [
      'put at the place of another',
      `UPDATE audit_events SET number = CASE number WHEN 2 THEN -3 ELSE -2 END WHERE number IN (2, 3);
       UPDATE audit_events SET number = -number WHERE number < 0`,
      2,
      /does not name the hash of the row before it/,
    ],
  ])('names the first row that was %s behind its back', async (_, sql, number, why) => {
    await fill(5);
    await behindItsBack(...sql.split(';'));
    expect((await verifyAuditChain(database.client)).broken).toEqual({ number, why: expect.stringMatching(why) });
  });
});

describe('a data folder from before there was an audit', () => {
  it('has what its aliases did at the beginning of the audit, in order, and its tokens keep their role', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hub-audit-'));
    try {
      const all = join(import.meta.dirname, '../../prisma/migrations');
      const earlier = join(folder, 'migrations');
      for (const name of (await readdir(all)).filter((name) => name < '20261125180000')) {
        await cp(join(all, name), join(earlier, name), { recursive: true });
      }
      const before = await openDatabase({ folder: join(folder, 'database'), migrations: earlier });
      const { client: old } = before;
      const datasetVersionId = 'd1';
      const sql = (text: string, ...values: unknown[]): Promise<number> => old.$executeRawUnsafe(text, ...values);
      await sql(`INSERT INTO tokens (id, hash, name, role) VALUES ('t', 'h', 'first', 'admin')`);
      await sql(`INSERT INTO datasets (id, name) VALUES ('d', 'pets')`);
      await sql(`INSERT INTO dataset_versions (id, dataset_id, number, content_hash, manifest_blob, classes, counts,
          image_count, bytes, source, rejected, rejected_count)
        VALUES ('d1', 'd', 1, 'h', 'm', '["cat", "dog"]', '[]', 3, 10, 's', '[]', 0)`);
      await sql(`INSERT INTO models (id, name) VALUES ('m', 'pets')`);
      await sql(`INSERT INTO backbones (id, name, sha256, architecture, source, licence, preprocessing, trained_on)
        VALUES ('b', 'b', 'b', 'a', 's', 'l', 'p', 't')`);
      for (const number of [1, 2]) {
        await sql(
          `INSERT INTO model_versions (id, model_id, number, dataset_version_id, backbone_id, weights_blob, labels,
            preprocessing, test_accuracy, test_loss) VALUES ($1, 'm', $2, $3, 'b', 'w', '[]', '{}', 1, 1)`,
          `v${number}`,
          number,
          datasetVersionId,
        );
      }
      const moves = [
        ['e2', 'v1', 'v2', '2026-11-02 10:00:00.5', '[{"rule":"r","passed":false,"detail":"\\"d\\" é"}]'],
        ['e1', null, 'v1', '2026-11-01 10:00:00', '[]'],
      ];
      for (const [id, from, to, at, gate] of moves) {
        await sql(
          `INSERT INTO alias_events (id, model_id, alias, from_version_id, to_version_id, actor, reason, gate, request_id, created_at)
            VALUES ($1, 'm', 'production', $2, $3, 'first', 'why', $5::jsonb, 'r', $4::timestamp)`,
          ...[id, from, to, at, gate],
        );
      }
      await before.close();

      const after = await openDatabase({ folder: join(folder, 'database') });
      try {
        const rows = await after.client.auditEvent.findMany({ orderBy: { number: 'asc' } });
        const same = {
          actor: 'first',
          action: 'ALIAS_MOVED',
          subject: 'pets@production',
          model: 'pets',
          reason: 'why',
        };
        expect(rows).toMatchObject([
          { ...same, from: null, to: '1', at: new Date('2026-11-01T10:00:00Z'), requestId: 'r' },
          { ...same, from: '1', to: '2', at: new Date('2026-11-02T10:00:00.5Z') },
        ]);
        const gate = [{ rule: 'r', passed: false, detail: '"d" é' }];
        expect(rows.map(({ details }) => JSON.parse(details))).toEqual([
          { alias: 'production', gate: [] },
          { alias: 'production', gate },
        ]);
        expect(await verifyAuditChain(after.client)).toMatchObject({ intact: 2, broken: null });
        expect(await after.client.token.findMany()).toMatchObject([{ name: 'first', role: 'ADMIN', model: null }]);
      } finally {
        await after.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
