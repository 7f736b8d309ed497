/** A dataset version and a backbone that rows of runs can refer to. @returns their ids. */
export async function addParents(client) {
  const { id: datasetId } = await client.dataset.create({ data: { name: 'pets' } });
  const numbers = { number: 1, imageCount: 3, bytes: 10n, rejectedCount: 0 };
  const content = { contentHash: 'a'.repeat(64), manifestBlob: 'b'.repeat(64), source: 'bench', rejected: [] };
  const counts = ['cat', 'dog'].map((name) => ({ name, train: 1, validation: 0, test: 0 }));
  const data = { datasetId, ...numbers, ...content, classes: ['cat', 'dog'], counts };
  const version = await client.datasetVersion.create({ data });
  const about = { source: 'bench', licence: 'none', preprocessing: 'none', trainedOn: 'nothing' };
  const named = { name: 'bench', sha256: 'd'.repeat(64), architecture: 'InceptionV3' };
  return { version, backbone: await client.backbone.create({ data: { ...named, ...about } }) };
}

/** Fills a hub's database with runs that have ended, most of them well, and their epochs. */
export async function fillRuns(client, { runs, epochs, recipe }) {
  const { version, backbone } = await addParents(client);
  // The ids are UUIDs of version 7, a second after one another.
  await client.$executeRaw`
    INSERT INTO runs (id, kind, state, dataset_version_id, backbone_name, backbone_id, recipe, created_at, started_at,
      ended_at, test_accuracy, test_loss, validation_accuracy, validation_loss, epoch_seconds, tags, tag_text)
    SELECT
      substr(ms, 1, 8) || '-' || substr(ms, 9, 4) || '-7000-8000-' || lpad(to_hex(i), 12, '0'),
      (CASE WHEN i % 5 = 0 THEN 'FINE_TUNE' ELSE 'TRANSFER' END)::run_kind,
      (CASE WHEN i % 500 = 1 THEN 'CANCELLED' WHEN i % 10 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END)::run_state,
      ${version.id}, 'bench', ${backbone.id}, ${JSON.stringify(recipe)}::jsonb, at, at, at,
      CASE WHEN i % 10 > 0 THEN a END, CASE WHEN i % 10 > 0 THEN 3 * (1 - a) END, a, 3 * (1 - a), 20 + 10 * a,
      CASE WHEN i % 1000 = 0 THEN ARRAY['paper', 'batch-' || i / 10000] ELSE '{}'::text[] END,
      CASE WHEN i % 1000 = 0 THEN 'paper batch-' || i / 10000 ELSE '' END
    FROM generate_series(1, ${runs}::int) AS i,
      LATERAL (SELECT abs(hashint4(i)) / 2147483648.0 AS a, timestamp '2026-01-01' + i * interval '1 second' AS at) AS x,
      LATERAL (SELECT lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') AS ms) AS y`;
  await client.$executeRaw`
    INSERT INTO run_epochs (run_id, epoch, train_loss, train_accuracy, validation_loss, validation_accuracy, seconds)
    SELECT id, epoch, 1.0 / epoch, 0.5, 2.0 / epoch, 0.5, 1.5 FROM runs, generate_series(1, ${epochs}::int) AS epoch`;
}
