import { useQuery } from '@apollo/client/react';
import { graphql } from '../../graphql';

const SUGGESTED_SIZE = graphql(`
  query SuggestedSize($backbone: String!) {
    architecture(backbone: $backbone) { suggestedImageSize }
  }
`);

/** The image size in pixels that suits the architecture of a backbone; null until it is known. @param backbone '' for none. */
export function useSuggestedSize(backbone: string): { readonly size: number | null; readonly loading: boolean } {
  const { data, loading } = useQuery(SUGGESTED_SIZE, { variables: { backbone }, skip: backbone === '' });
  return { size: data?.architecture.suggestedImageSize ?? null, loading };
}
