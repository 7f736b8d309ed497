import { graphql } from '../../graphql';

/** Beside the component, which is fetched later than the page asks. */
export const RUN_CURVES = graphql(`
  fragment RunCurves_run on Run {
    id keptEpoch
    epochs { epoch trainLoss trainAccuracy validationLoss validationAccuracy }
  }
`);
