import { candidates } from '../../../out/domain/prediction/review-candidates.js';
import { queueAnswers } from '../../../out/domain/prediction/review-score.js';
import { openDatabase } from '../../../out/storage/database.js';

const MODEL = { modelId: 'bench', tokenId: 'bench' };

/** The review queue of the hub, in a database of its own. */
export class HubQueue {
  #database;
  #number = 0;

  static async open(folder) {
    const queue = new HubQueue();
    queue.#database = await openDatabase({ folder });
    // The queue reads answers only: models, versions and tokens, to which they refer, are left out.
    await queue.#database.client.$executeRawUnsafe("SET session_replication_role = 'replica'");
    return queue;
  }

  /** Adds the answers of a version, as a prediction job does that keeps its photos for review. */
  async add(version, answers) {
    const { client } = this.#database;
    const { versionId, number } = version;
    await client.$executeRaw`
      INSERT INTO model_versions (id, model_id, number, dataset_version_id, backbone_id, weights_blob, labels, preprocessing,
        test_accuracy, test_loss)
      VALUES (${versionId}, ${MODEL.modelId}, ${number}, '', '', '', '[]', '{}', 0, 0)`;
    const data = answers.map(({ photo: { sha256, ...answer } }) => ({
      ...{ id: `${String(++this.#number).padStart(12, '0')}`, versionId, modelId: MODEL.modelId },
      ...{ at: new Date(), inputHash: sha256, photoBlob: sha256, ...answer },
    }));
    for (let start = 0; start < data.length; start += 500) {
      const part = data.slice(start, start + 500);
      await client.loggedPrediction.createMany({ data: part });
      await queueAnswers(client, part);
    }
  }

  /** The photos that the queue shows first, which somebody then judges. @returns their hashes. */
  async judge(count) {
    const { client } = this.#database;
    const chosen = await candidates(client, { ...MODEL, now: new Date() }, count, [], []);
    const hashes = chosen.map(({ hash }) => hash);
    await client.$executeRaw`
      UPDATE predictions SET review_score = NULL, right_at = now(), right_label = label WHERE input_hash = ANY(${hashes})`;
    await client.$executeRaw`
      INSERT INTO photo_judgments (model_id, input_hash, token_id, prediction_id, by, label, at)
      SELECT DISTINCT ON (input_hash) model_id, input_hash, 'bench', id, 'bench', label, now()
      FROM predictions WHERE input_hash = ANY(${hashes})`;
    return hashes;
  }

  close() {
    return this.#database.close();
  }
}
