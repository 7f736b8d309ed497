import { HubError } from '../../errors.js';
import { PromotionState } from '../../storage/enums.js';
import type { GateCheck } from '../model/gate.js';
import type { ModelVersion } from '../model/model.js';

export { PromotionState };

/** A move of an alias to a version, as it is asked for. */
export interface Promotion {
  readonly model: string;
  readonly version: number;
  readonly alias: string;
  readonly reason: string;
  /** Number of the version that the caller saw at the alias, 0 for none; null to move it from any version. */
  readonly expectedVersion: number | null;
  readonly overrideGate: boolean;
  /** Whether to promote a version that is not ready, with 32-bit floats. */
  readonly now: boolean;
}

/** A promotion that waits for a second person, or that one has decided. */
export interface PromotionRequest {
  readonly id: string;
  readonly version: ModelVersion;
  readonly alias: string;
  readonly state: PromotionState;
  readonly reason: string;
  /** Verdicts of the gate at the time of the request. */
  readonly gate: readonly GateCheck[];
  readonly overrideGate: boolean;
  readonly now: boolean;
  /** Name of the token. */
  readonly requestedBy: string;
  readonly createdAt: Date;
  /** Name of the token. */
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  /** Comment of the second person. */
  readonly decision: string | null;
}

/** Refuses a change of an alias that has moved since the caller saw it. @param expected 0 for none; null to not ask. */
export function refuseIfMoved(
  alias: string,
  holder: { readonly number: number } | null,
  expected: number | null,
): void {
  if (expected === null || expected === (holder?.number ?? 0)) return;
  const [now, seen] = [holder?.number ?? 0, expected].map((number) =>
    number === 0 ? 'no version' : `version ${number}`,
  );
  const message = `${alias} points to ${now}, not to ${seen}. Check the alias, then try again.`;
  throw new HubError('CONFLICT', message, { alias, presentVersion: holder?.number ?? null });
}
