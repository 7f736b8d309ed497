import { client, OUTLIVES_PAGE } from '../../app/client';
import { send } from '../../app/send';
import { graphql, type VariablesOf } from '../../graphql';
import type { Picked } from '../../lib/picked';

const START = graphql(`
  mutation StartBatch($input: StartPredictionInput!) {
    startPrediction(input: $input) { id }
  }
`);

type Input = VariablesOf<typeof START>['input'];

/** The photos of a batch: images of a dataset version, files of this computer, a path of the hub, or a URL. */
export type BatchSource = Picked | Pick<Input, 'datasetVersionId' | 'split'> | Pick<Input, 'path'> | Pick<Input, 'url'>;

/** Starts a batch. @param onSent share of a file that is sent, 0 to 1. @throws Refusal */
export async function startBatch(
  input: Pick<Input, 'model' | 'version' | 'topK' | 'nameEncoding' | 'keepForReview'>,
  source: BatchSource,
  onSent: (share: number) => void,
): Promise<void> {
  if (!('kind' in source)) {
    await client.mutate({ mutation: START, variables: { input: { ...input, ...source } }, context: OUTLIVES_PAGE });
    return;
  }
  onSent(0);
  const archive = source.kind === 'archive' ? source.file : await packed(source);
  await send(START, { input: { ...input, upload: null } }, 'input.upload', archive, { onSent });
}

async function packed({ name, files }: Extract<Picked, { readonly kind: 'folder' }>): Promise<File> {
  const { packFolder } = await import('../../lib/pack-folder');
  return new File([await packFolder(files, new AbortController().signal)], `${name}.tar`);
}
