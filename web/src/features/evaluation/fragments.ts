import { graphql } from '../../graphql';

// Beside the components, which are fetched later than the page asks.

export const CLASS_TABLE = graphql(`
  fragment ClassTable_run on Run {
    id
    confusion { labels counts }
    perClass { label precision recall f1 support }
    macroAverage { precision recall f1 }
  }
`);

export const EVALUATION = graphql(
  `
    fragment Evaluation_run on Run {
      id
      confusion { labels counts }
      ...ClassTable_run
    }
  `,
  [CLASS_TABLE],
);
