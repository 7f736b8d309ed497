import { graphql } from '../../graphql';

/** Everything that a recipe says. */
export const RECIPE = graphql(`
  fragment Recipe on Recipe @_unmask {
    imageSize splitLayer batchSize epochs learningRate schedule warmUpEpochs weightDecay layerDecay labelSmoothing mixup
    mirror crops hiddenUnits dropout seed validation validationFraction patience restoreBest averageEpochs
  }
`);

export type Values = Readonly<Record<string, unknown>>;

/** Of the component of this name, which is fetched later than the page asks. */
export const RECIPE_DIFF = graphql(
  `
    fragment RecipeDiff_run on Run {
      id parentRunId
      recipe { ...Recipe }
    }
  `,
  [RECIPE],
);
