import { useQuery } from '@apollo/client/react';
import { Suspense } from 'react';
import { useRefreshOn } from '../../app/changes';
import { lazyPage } from '../../app/lazy-page';
import { graphql } from '../../graphql';
import { Answer } from '../../ui/Answer';
import { Loading } from '../../ui/Loading';

const Beginning = lazyPage(async () => (await import('./Beginning')).Beginning);
const Overview = lazyPage(async () => (await import('./Overview')).Overview);

const SERVED = graphql(`
  query StartPage {
    models { id name aliases { name } }
  }
`);

/** Three steps from an empty hub to an answer; once a model is in production, an overview. */
export function StartPage() {
  const asked = useQuery(SERVED);
  useRefreshOn(['MODEL'], asked.refetch);
  return (
    <Answer of={asked}>
      {({ models }) => {
        const serves = models.some(({ aliases }) => aliases.some(({ name }) => name === 'production'));
        return (
          <Suspense fallback={<Loading />}>{serves ? <Overview /> : <Beginning onServed={asked.refetch} />}</Suspense>
        );
      }}
    </Answer>
  );
}
