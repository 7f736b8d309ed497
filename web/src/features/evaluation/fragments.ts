import { graphql } from '../../graphql';

// Apart from the components, whose files are loaded after the query is sent.

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
