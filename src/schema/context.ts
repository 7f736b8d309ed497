import { type Actor, actorOf, type Requester } from '../domain/actor.js';
import type { Caller } from '../domain/caller.js';
import type { ChangeNotice } from '../domain/change/change-notice.js';
import type { IngestionProgress } from '../domain/dataset/ingestion.js';
import type { Viewer } from '../domain/pictures.js';
import type { PredictionJob } from '../domain/prediction-job/prediction-job.js';
import type { RunEventType } from './run/run-event.type.js';

/** Sources of the subscriptions, which type-graphql starts without the resolver's instance. */
export interface SubscriptionSources {
  readonly changes: { follow(): AsyncIterable<ChangeNotice> };
  readonly runs: { follow(id: string, after: number): AsyncIterable<RunEventType> };
  readonly predictionJobs: { follow(id: string): AsyncIterable<PredictionJob> };
  readonly ingestions: { progress(key: string): AsyncIterable<IngestionProgress> };
}

/** Request data for resolvers. */
export interface Context extends SubscriptionSources, Requester {
  readonly requestId: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
  /** The token of the request. */
  readonly caller: Caller;
  /** The same token, as the audit records it. */
  readonly actor: Actor;
}

/** The context of one request. */
export function contextOf(caller: Caller, requestId: string, gone: AbortSignal, sources: SubscriptionSources): Context {
  const { changes, runs, ingestions, predictionJobs } = sources;
  return { caller, requestId, gone, actor: actorOf(caller, requestId), changes, runs, ingestions, predictionJobs };
}

/** Who the pictures in an answer are for. */
export const viewerOf = ({ caller: { tokenId }, gone }: Context): Viewer => ({ tokenId, gone });
