import { graphql } from '../../graphql';
import type { State } from './StateMark';

export const CANCEL = graphql(`
  mutation CancelRun($id: ID!) {
    cancelRun(id: $id) { id state queuePosition endedAt }
  }
`);

export const RESUME = graphql(`
  mutation ResumeRun($id: ID!) {
    resumeRun(id: $id) { id state queuePosition resumes }
  }
`);

export const DELETE = graphql(`
  mutation DeleteRun($id: ID!) {
    deleteRun(id: $id)
  }
`);

export const MOVE = graphql(`
  mutation MoveRun($id: ID!, $before: ID) {
    moveRun(id: $id, before: $before) { id queuePosition }
  }
`);

export const TAG = graphql(`
  mutation TagRun($id: ID!, $tags: [String!]!) {
    tagRun(id: $id, tags: $tags) { id tags }
  }
`);

export const TAGS = graphql(`
  query Tags($id: ID!) {
    run(id: $id) { id tags }
  }
`);

export const QUEUE = graphql(`
  query Queue {
    runs(filter: { states: [QUEUED] }, page: { first: 200 }) {
      runs { id queuePosition }
    }
  }
`);

/** What can be done to runs, and in which states; the hub has the last word. */
export const POSSIBLE = {
  cancel: ['QUEUED', 'RUNNING'],
  resume: ['FAILED', 'CANCELLED'],
  move: ['QUEUED'],
  delete: ['SUCCEEDED', 'FAILED', 'CANCELLED'],
} as const satisfies Record<string, readonly State[]>;

export const isPossible = (action: keyof typeof POSSIBLE, state: State): boolean =>
  (POSSIBLE[action] as readonly State[]).includes(state);

export const isEnded = (state: State): boolean => isPossible('delete', state);

/** Tags as they are typed, with spaces or commas between them. */
export const tagsOf = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter(Boolean))].sort();
