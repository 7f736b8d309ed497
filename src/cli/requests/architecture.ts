import type { HubClient } from '../client.js';
import { graphql, type VariablesOf } from '../graphql.js';
import type { START_FINE_TUNE } from './run.js';

const ARCHITECTURE = graphql(`
  query Architecture($backbone: String!) {
    architecture(backbone: $backbone) { suggestedImageSize pipelines { name stages { kind changes } } }
  }
`);

/** A fine-tuning stage: the arguments of `startFineTuneRun` other than the parent. */
type FineTuneStage = Omit<VariablesOf<typeof START_FINE_TUNE>['input'], 'parentRunId'>;

/** How a pipeline trains a backbone: the suggested size of images, and its fine-tuning stages, in order. */
interface Training {
  readonly imageSize: number;
  readonly stages: readonly FineTuneStage[];
}

export async function trainingOf(client: HubClient, backbone: string, pipeline: string): Promise<Training> {
  const { architecture } = await client.request(ARCHITECTURE, { backbone });
  const { stages = [] } = architecture.pipelines.find(({ name }) => name === pipeline) ?? {};
  const tuned = stages.filter(({ kind }) => kind === 'FINE_TUNE').map(({ changes }) => changes as FineTuneStage);
  return { imageSize: architecture.suggestedImageSize, stages: tuned };
}
