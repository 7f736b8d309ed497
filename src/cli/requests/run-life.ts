import { graphql, type ResultOf } from '../graphql.js';
import { RUN_FIELDS } from './run.js';

export const RESUME_RUN = graphql(
  `
    mutation ResumeRun($id: ID!) {
      resumeRun(id: $id) { ...RunFields }
    }
  `,
  [RUN_FIELDS],
);

export const CLONE_RUN = graphql(
  `
    mutation CloneRun($input: CloneRunInput!) {
      cloneRun(input: $input) { ...RunFields }
    }
  `,
  [RUN_FIELDS],
);

export const REPRODUCE_RUN = graphql(
  `
    mutation ReproduceRun($id: ID!) {
      reproduceRun(id: $id) { ...RunFields }
    }
  `,
  [RUN_FIELDS],
);

export const REPRODUCTION = graphql(`
  query Reproduction($id: ID!) {
    run(id: $id) {
      reproductionOfId
      reproduction { agrees differences { what original now } }
    }
  }
`);

export const DELETE_RUN = graphql(`
  mutation DeleteRun($id: ID!) {
    deleteRun(id: $id)
  }
`);

export const TAG_RUN = graphql(`
  mutation TagRun($id: ID!, $tags: [String!]!) {
    tagRun(id: $id, tags: $tags) { id tags }
  }
`);

export const UPDATE_RUN = graphql(`
  mutation UpdateRun($input: UpdateRunInput!) {
    updateRun(input: $input) { id name note }
  }
`);

export const MOVE_RUN = graphql(`
  mutation MoveRun($id: ID!, $before: ID) {
    moveRun(id: $id, before: $before) { id queuePosition }
  }
`);

export const RUN_MISTAKES = graphql(`
  query RunMistakes($id: ID!, $first: Int!, $trueClass: String, $predictedClass: String) {
    runMistakes(id: $id, first: $first, trueClass: $trueClass, predictedClass: $predictedClass) {
      total
      images { image name sha256 trueClass predictedClass confidence }
    }
  }
`);

const SLICE_FIGURES = graphql(`
  fragment SliceFigures on EvaluationSlice @_unmask {
    kind name images correct accuracy low high meanConfidence calibrationError difference deviation
    mistake { trueClass predictedClass images }
  }
`);
export type SliceFigures = ResultOf<typeof SLICE_FIGURES>;

export const RUN_SLICES = graphql(
  `
    query RunSlices($id: ID!, $first: Int!) {
      runEvaluation(id: $id) {
        images
        savedSlices { name text missing result { ...SliceFigures } }
        slices(first: $first) { ...SliceFigures }
      }
    }
  `,
  [SLICE_FIGURES],
);

export const COMPARE_RUNS = graphql(`
  query CompareRuns($ids: [ID!]!) {
    compareRuns(ids: $ids) {
      runs { id name state tags datasetVersion { dataset number } backboneName }
      recipe { name values }
      sameData sameBackbone sameEngine
      metrics { name values deltas }
    }
  }
`);
export type Comparison = ResultOf<typeof COMPARE_RUNS>['compareRuns'];
