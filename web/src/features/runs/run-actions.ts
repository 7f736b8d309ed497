import { graphql } from '../../graphql';

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
    runs(filter: { states: [QUEUED] }, first: 200) {
      edges { node { id queuePosition } }
    }
  }
`);

/** Parses typed tags, separated by spaces or commas. */
export const tagsOf = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter(Boolean))].sort();
