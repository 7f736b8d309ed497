interface Edges<T> {
  readonly edges: readonly { readonly node: T }[];
}

interface Place {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The items of a page. */
export function nodesOf<T>({ edges }: Edges<T>): T[] {
  return edges.map(({ node }) => node);
}

/** The cursor of the next page; null on the last one. */
export function nextOf({ pageInfo: { hasNextPage, endCursor } }: Place): string | null {
  return hasNextPage ? endCursor : null;
}
