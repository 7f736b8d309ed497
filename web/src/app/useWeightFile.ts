import { useState } from 'react';
import type { TadaDocumentNode } from '../graphql';
import type { SourceOfFile } from '../ui/FileSource';
import { client } from './client';
import { send } from './send';

/** The weight file that a form asks for, as `FileSource` takes it, and the request that gives it to the hub. */
export function useWeightFile() {
  const [source, onSource] = useState<SourceOfFile>(null);
  const [sent, setSent] = useState<number | null>(null);
  /** @param input the variable `input` without its file. @throws Refusal */
  const request = async <T, I extends object>(
    mutation: TadaDocumentNode<T, { input: I }>,
    input: Omit<I, 'upload' | 'path'>,
  ): Promise<void> => {
    const withFile = (file: object) => ({ input: { ...input, ...file } as unknown as I });
    try {
      if (source instanceof File) {
        await send(mutation, withFile({ upload: null }), 'input.upload', source, { onSent: setSent });
      } else {
        await client.mutate({ mutation, variables: withFile({ path: source }) });
      }
    } finally {
      setSent(null);
    }
  };
  return { field: { accept: '.h5,.keras,.safetensors', source, sent, onSource }, isChosen: source !== null, request };
}
