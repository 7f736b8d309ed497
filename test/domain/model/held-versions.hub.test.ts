import { afterAll, beforeAll, expect, it } from 'vitest';
import { refuseIfImporting } from '../../../src/domain/model/held-versions.js';
import { datasetVersionRow, RowDatabase } from '../../support/run-rows.js';

let database: RowDatabase;
beforeAll(async () => {
  database = await RowDatabase.open();
});
afterAll(() => database.remove());

it('a model that a file is being imported into is neither archived nor deleted', async () => {
  const { client } = database;
  const datasetVersionId = await datasetVersionRow(client, 'pets');
  const file = { fileName: 'pets.keras', fileHash: 'a'.repeat(64), bytes: 1n, actor: 'ann' };
  const { id } = await client.modelImport.create({ data: { model: 'pets', datasetVersionId, ...file } });
  for (const state of ['QUEUED', 'RUNNING'] as const) {
    await client.modelImport.update({ where: { id }, data: { state } });
    await expect(refuseIfImporting(client, 'pets', 'The model pets cannot be deleted')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `The model pets cannot be deleted: the import ${id} of pets.keras is under way. Wait until it has ended.`,
    });
  }
  await client.modelImport.update({ where: { id }, data: { state: 'SUCCEEDED' } });
  await refuseIfImporting(client, 'pets', 'The model pets cannot be deleted');
  await refuseIfImporting(client, 'birds', 'The model birds cannot be deleted');
});
