import { graphql } from '../../graphql';

/** All fields of a recipe. */
export const RECIPE = graphql(`
  fragment Recipe on Recipe @_unmask {
    imageSize splitLayer batchSize epochs learningRate schedule warmUpEpochs weightDecay layerDecay liveStatistics labelSmoothing classWeights mixup cutmix cutout
    mirror crops colorJitters hiddenUnits dropout seed validation validationFraction patience restoreBest averageEpochs
  }
`);

export type Values = Readonly<Record<string, unknown>>;

/** Apart from the component, whose file is loaded after the query is sent. */
export const RECIPE_DIFF = graphql(
  `
    fragment RecipeDiff_run on Run {
      id parentRunId
      recipe { ...Recipe }
    }
  `,
  [RECIPE],
);
