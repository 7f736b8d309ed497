import { useReactiveVar } from '@apollo/client/react';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { IngestionRow, OtherIngestionRow } from './IngestionRow';
import { ingestions, isDismissed } from './ingestions';

export const Ingestions_query = graphql(`
  fragment Ingestions_query on Query {
    ingestions { progressKey dataset }
  }
`);

/** Ingestions under way for a dataset or for all, and the outcome of those started on this page. */
export function Ingestions({
  query,
  dataset,
}: {
  readonly query: FragmentOf<typeof Ingestions_query>;
  readonly dataset?: string;
}) {
  const fits = (each: { readonly dataset: string }): boolean => dataset === undefined || each.dataset === dataset;
  const here = useReactiveVar(ingestions).filter(fits);
  const elsewhere = readFragment(Ingestions_query, query).ingestions.filter(
    (each) => fits(each) && !isDismissed(each.progressKey) && !here.some(({ key }) => key === each.progressKey),
  );
  if (here.length + elsewhere.length === 0) return null;
  return (
    <ul className="plain" aria-label="Ingestions">
      {here.map((each) => (
        <IngestionRow key={each.key} of={each} />
      ))}
      {elsewhere.map((each) => (
        <OtherIngestionRow key={each.progressKey} {...each} />
      ))}
    </ul>
  );
}
