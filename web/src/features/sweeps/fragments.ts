import { graphql } from '../../graphql';

// Apart from the component, whose file is loaded after the query is sent.

export const SWEEP_CHARTS = graphql(`
  fragment SweepCharts_sweep on Sweep {
    id metric endedTrials
    parameters { name scale values }
    best { number }
    trials { number values state validationAccuracy validationLoss }
  }
`);
