import type { Logger } from 'pino';
import { isPlain } from '../../engines/network-form.js';
import { HubError, isShuttingDown } from '../../errors.js';
import type { Deployments, Prepared } from '../../serving/deployments.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { type ModelVersionRow, toServedVersion } from '../model/model-version-row.js';
import { fallBackToFloats } from '../model/readiness.js';

interface Parts {
  readonly prisma: PrismaClient;
  readonly deployments: Deployments;
  readonly log: Logger;
}

/** What is written of a version that falls back. */
export interface FallBack {
  readonly reason: string;
  /** Columns of the 8-bit form. */
  readonly others: Prisma.VersionServingUpdateInput;
}

/**
 * Loads a version and checks its answers. If its form cannot be loaded, or does not answer as the version did when it was
 * registered, floats with ONNX Runtime take its place.
 * @returns the version with the form that was loaded. @throws as `Deployments.prepare`, of floats.
 */
export async function prepareOrFallBack(
  { prisma, deployments, log }: Parts,
  version: ModelVersionRow,
  { reason, others }: FallBack,
): Promise<{ readonly version: ModelVersionRow; readonly prepared: Prepared }> {
  try {
    return { version, prepared: await deployments.prepare(toServedVersion(version)) };
  } catch (error) {
    const isPassing = error instanceof HubError && error.code === 'BLOBS_UNAVAILABLE';
    const { id: versionId, model, number, serving: row } = version;
    if (!row || isPlain(row) || isShuttingDown(error) || isPassing) throw error;
    log.warn(
      { err: error, model: model.name, version: number },
      `the form of the version cannot serve, FP32 does: ${reason}`,
    );
    const serving = await prisma.$transaction((tx) => fallBackToFloats(tx, versionId, reason, others));
    const plain = { ...version, serving };
    return { version: plain, prepared: await deployments.prepare(toServedVersion(plain)) };
  }
}
