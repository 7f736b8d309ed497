import { graphql, type ResultOf } from '../graphql.js';

/** Fields of a run in a list. */
export const RUN_FIELDS = graphql(`
  fragment RunFields on Run @_unmask {
    id name owner { name } kind state backboneName parentRunId createdAt endedAt keptEpoch validationAccuracy validationLoss testAccuracy testLoss tags
    datasetVersion { id dataset number }
    epochs { epoch seconds trainLoss trainAccuracy validationLoss validationAccuracy }
    seconds { features training evaluation }
    error { code message }
  }
`);
export type Run = ResultOf<typeof RUN_FIELDS>;

export const RUN = graphql(
  `
    query Run($id: ID!) {
      run(id: $id) { ...RunFields }
    }
  `,
  [RUN_FIELDS],
);

export const RUNS = graphql(
  `
    query Runs($first: Int!, $after: String, $filter: RunFilter, $sort: RunSort) {
      runs(first: $first, after: $after, filter: $filter, sort: $sort) {
        pageInfo { hasNextPage endCursor }
        edges { node { ...RunFields } }
      }
    }
  `,
  [RUN_FIELDS],
);

export const RUN_RECORD = graphql(
  `
    query RunRecord($id: ID!) {
      run(id: $id) {
        ...RunFields
        note startedAt peakMemoryBytes sweepId
        owner { role }
        stage { pipelineId pipeline number of }
        backbone { name sha256 }
        engine { name version device threads features reason }
        recipe {
          imageSize splitLayer batchSize epochs learningRate schedule warmUpEpochs weightDecay layerDecay liveStatistics
          labelSmoothing classWeights mixup cutmix cutout mirror crops colorJitters hiddenUnits dropout seed validation validationFraction patience restoreBest
          averageEpochs
        }
        confusion { labels counts }
      }
    }
  `,
  [RUN_FIELDS],
);
export type RunRecord = NonNullable<ResultOf<typeof RUN_RECORD>['run']>;

export const CANCEL_RUN = graphql(`
  mutation CancelRun($id: ID!) {
    cancelRun(id: $id) { id state }
  }
`);

export const START_TRANSFER = graphql(
  `
    mutation StartTransfer($input: StartTransferRunInput!) {
      startTransferRun(input: $input) { ...RunFields }
    }
  `,
  [RUN_FIELDS],
);
export const START_FINE_TUNE = graphql(
  `
    mutation StartFineTune($input: StartFineTuneRunInput!) {
      startFineTuneRun(input: $input) { ...RunFields }
    }
  `,
  [RUN_FIELDS],
);
export const START_PIPELINE = graphql(
  `
    mutation StartPipeline($input: StartPipelineInput!) {
      startPipeline(input: $input) { ...RunFields }
    }
  `,
  [RUN_FIELDS],
);

export const RUN_EVENTS = graphql(`
  subscription RunEvents($id: ID!, $after: Int!) {
    runEvents(id: $id, after: $after) {
      number message
      progress { phase done total secondsLeft }
      epoch { epoch seconds trainLoss trainAccuracy validationLoss validationAccuracy }
    }
  }
`);
export type RunEvent = ResultOf<typeof RUN_EVENTS>['runEvents'];

export const RUN_GROUPS = graphql(`
  query RunGroups($by: RunGrouping!, $first: Int!, $after: String, $filter: RunFilter) {
    runGroups(by: $by, first: $first, after: $after, filter: $filter) {
      pageInfo { hasNextPage endCursor }
      edges { node { id label count validationAccuracy testAccuracy newestAt } }
    }
  }
`);

export const RUN_TABLE = graphql(`
  query RunTable($format: TableFormat!, $page: RunTablePartInput!, $filter: RunFilter, $sort: RunSort) {
    runTable(format: $format, page: $page, filter: $filter, sort: $sort) { text next }
  }
`);

export const EPOCH_TABLE = graphql(`
  query EpochTable($id: ID!, $format: TableFormat!) {
    run(id: $id) { epochTable(format: $format) }
  }
`);
