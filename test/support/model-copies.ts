import { randomUUID } from 'node:crypto';
import { UNQUANTIZED } from '../../src/domain/model/precision.js';
import type { Prisma, PrismaClient } from '../../src/storage/database.js';

/** How a copy differs from the prepared version. */
export interface CopiedVersion {
  readonly testAccuracy?: number;
  readonly testLoss?: number;
  /** The dataset version that it was measured on. */
  readonly datasetVersionId?: string;
  /** Figures of its calibration; without them it waits to be calibrated. */
  readonly figures?: Prisma.InputJsonObject;
}

/** A copy that the default rules of the gate refuse where the prepared version is production. */
export const WORSE = { testAccuracy: 0.375, testLoss: 1.5 } as const;

/** Adds copies of the prepared version to a model, which is created when it does not exist. */
export async function copyVersions(
  client: PrismaClient,
  model: string,
  versions: readonly CopiedVersion[] = [{}, WORSE],
): Promise<void> {
  const first = { number: 1, model: { name: 'colours' } };
  const { id: _, ...prepared } = await client.modelVersion.findFirstOrThrow({ where: first });
  const where = { name: model };
  const { id: modelId } = await client.model.upsert({ where, create: where, update: {} });
  let number = await client.modelVersion.count({ where: { modelId } });
  for (const { figures, ...changes } of versions) {
    number += 1;
    const data = {
      ...{ ...prepared, labels: prepared.labels as string[] },
      preprocessing: prepared.preprocessing as Prisma.InputJsonObject,
      ...{ modelId, number, runId: number === 1 ? prepared.runId : null, ...changes }, // a model has a run once
    };
    const calibration = { create: figures ? { figures } : {} };
    await client.modelVersion.create({
      data: { ...data, serving: { create: { ...UNQUANTIZED, readyAt: new Date() } }, calibration },
    });
  }
}

/** Adds a copy of the prepared run, which can become a version of its own. @returns its id. */
export async function copyRun(client: PrismaClient): Promise<string> {
  const id = randomUUID();
  const changes = JSON.stringify({ id });
  await client.$executeRaw`
    INSERT INTO runs SELECT (jsonb_populate_record(runs, ${changes}::jsonb)).* FROM runs WHERE weights_blob IS NOT NULL LIMIT 1`;
  return id;
}
