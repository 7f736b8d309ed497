import { graphql } from '../../graphql';

/** Apart from the component, whose file is loaded after the query is sent. */
export const RUN_CURVES = graphql(`
  fragment RunCurves_run on Run {
    id name keptEpoch
    epochs { epoch trainLoss trainAccuracy validationLoss validationAccuracy }
  }
`);
