import type { HubClient } from '../client.js';
import { graphql, type VariablesOf } from '../graphql.js';
import type { START_FINE_TUNE } from './run.js';

const ARCHITECTURE = graphql(`
  query Architecture($backbone: String!) {
    architecture(backbone: $backbone) { pipelines { name stages { kind changes } } }
  }
`);

/** A fine-tuning stage: the arguments of `startFineTuneRun` other than the parent. */
type FineTuneStage = Omit<VariablesOf<typeof START_FINE_TUNE>['input'], 'parentRunId'>;

/** The fine-tuning stages of a pipeline on a backbone, in order. */
export async function fineTuneStages(client: HubClient, backbone: string, pipeline: string): Promise<FineTuneStage[]> {
  const { architecture } = await client.request(ARCHITECTURE, { backbone });
  const { stages = [] } = architecture.pipelines.find(({ name }) => name === pipeline) ?? {};
  return stages.filter(({ kind }) => kind === 'FINE_TUNE').map(({ changes }) => changes as FineTuneStage);
}
