import { HubError } from '../../errors.js';
import { requireReady } from '../model/model-version-row.js';
import type { AliasState, PromotionService } from '../promotion/promotion-service.js';
import type { RolloutStart } from './rollout.js';

/** Largest share of the photos that a canary may answer. */
const LARGEST_CANARY = 0.5;

/**
 * Checks a rollout that is to be started.
 * @throws NOT_READY; LIMIT_EXCEEDED for too large a share; GATE_REFUSED for a canary, as a promotion; APPROVAL_NEEDED for a canary
 * where a second person approves promotions; CONFLICT when the alias points to no version or to this one.
 */
export async function admitRollout(
  promotions: Pick<PromotionService, 'check' | 'requireAllowed'>,
  input: RolloutStart,
): Promise<AliasState & { holder: NonNullable<AliasState['holder']> }> {
  const { model, alias, version, mode, share } = input;
  const isCanary = mode === 'CANARY';
  if (isCanary && share > LARGEST_CANARY) {
    const message = `The share is ${share}; a canary may answer at most ${LARGEST_CANARY} of the photos. To answer more, promote the version.`;
    throw new HubError('LIMIT_EXCEEDED', message, { limit: LARGEST_CANARY, received: share });
  }
  const state = isCanary
    ? await promotions.requireAllowed({ ...input, expectedVersion: null, now: false })
    : await promotions.check(model, version, alias);
  requireReady(state.version);
  const { holder, needsSecondPerson } = state;
  if (!holder || holder.number === version) {
    const now = holder ? 'points to this version already' : 'points to no version; promote one first';
    throw new HubError('CONFLICT', `${alias} of ${model} ${now}.`, { model, alias, version });
  }
  if (isCanary && needsSecondPerson) {
    const message = `A canary would answer as ${alias} of ${model}, which needs the approval of a second person. Start a SHADOW, or request the promotion.`;
    throw new HubError('APPROVAL_NEEDED', message, { model, alias });
  }
  return { ...state, holder };
}
