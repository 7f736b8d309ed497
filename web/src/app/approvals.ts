import { useQuery } from '@apollo/client/react';
import { graphql } from '../graphql';
import { useRefreshOn } from './changes';

const WAITING = graphql(`
  query WaitingApprovals {
    promotionRequests(state: WAITING) { id }
  }
`);

/** Milliseconds between two looks: the hub announces moves of aliases, but not requests. */
const ASK_EVERY = 60_000;

/** Number of promotions that wait for a second person. */
export function useWaitingApprovals(): number {
  const { data, refetch } = useQuery(WAITING, { pollInterval: ASK_EVERY });
  useRefreshOn(['MODEL'], refetch);
  return data?.promotionRequests.length ?? 0;
}
