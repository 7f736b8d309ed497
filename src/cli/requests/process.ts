import { graphql } from '../graphql.js';

export const PROCESSES = graphql(`
  query Processes {
    processes {
      id name roles version address startedAt seenAt isLive isReady
      serving { model alias version precision runtime error }
      working { kind id }
    }
  }
`);
