import { useReactiveVar } from '@apollo/client/react';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { OtherRegistrationRow, RegistrationRow } from './RegistrationRow';
import { registering } from './registering';

export const Registrations_query = graphql(`
  fragment Registrations_query on Query {
    ingestions { progressKey dataset }
  }
`);

/**
 * What is being registered as versions of a dataset, or of any, here or anywhere, and what came of what was begun here.
 */
export function Registrations({
  query,
  dataset,
}: {
  readonly query: FragmentOf<typeof Registrations_query>;
  readonly dataset?: string;
}) {
  const fits = (each: { readonly dataset: string }): boolean => dataset === undefined || each.dataset === dataset;
  const here = useReactiveVar(registering).filter(fits);
  const elsewhere = readFragment(Registrations_query, query).ingestions.filter(
    (each) => fits(each) && !here.some(({ key }) => key === each.progressKey),
  );
  if (here.length + elsewhere.length === 0) return null;
  return (
    <ul className="plain" aria-label="Registrations">
      {here.map((each) => (
        <RegistrationRow key={each.key} of={each} />
      ))}
      {elsewhere.map((each) => (
        <OtherRegistrationRow key={each.progressKey} {...each} />
      ))}
    </ul>
  );
}
