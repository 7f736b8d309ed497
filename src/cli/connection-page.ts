interface Connection<T> {
  readonly edges: readonly { readonly node: T }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** Items of a page, and the cursor of the next one; null on the last page. */
export function pageOf<T>({ edges, pageInfo }: Connection<T>): { nodes: T[]; next: string | null } {
  return { nodes: edges.map(({ node }) => node), next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}
