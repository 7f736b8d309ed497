import { useQuery } from '@apollo/client/react';
import { SegmentedControl } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { lazyPage } from '../../app/lazy-page';
import { Permitted } from '../../app/Permitted';
import { Reviews } from '../../features/reviews/Reviews';
import { graphql } from '../../graphql';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';

const AddJudgedForm = lazyPage(async () => (await import('../../features/predictions/AddJudgedForm')).AddJudgedForm);

const MODEL = graphql(`
  query ReviewPage($model: String!) {
    model(name: $model) {
      id
      predictionLog { sample keepPhotos }
      versions(archived: true) { id number labels }
    }
  }
`);

const MODES = [
  { value: 'first', label: 'Not judged yet' },
  { value: 'differing', label: 'Versions differ' },
  { value: 'second', label: 'Second opinions' },
] as const;

/** The kept photos of a model that nobody has judged, one by one, those first that teach most. */
export function ReviewPage() {
  const { name = '' } = useParams();
  const [adding, { open, close }] = useDisclosure();
  return (
    <>
      <PageHead title={`Review photos of ${name}`}>
        <ActionButton needs="predictions" variant="default" to={urls.predictions(name)}>
          Predictions
        </ActionButton>
        {!adding && (
          <ActionButton needs="addJudgedPhotos" variant="default" onClick={open}>
            Add judged photos to a dataset…
          </ActionButton>
        )}
      </PageHead>
      <Permitted needs="nextReviews">
        <Suspense>{adding && <AddJudgedForm model={name} close={close} />}</Suspense>
        <Queue model={name} paused={adding} />
      </Permitted>
    </>
  );
}

function Queue({ model, paused }: { readonly model: string; readonly paused: boolean }) {
  const asked = useQuery(MODEL, { variables: { model } });
  const [search, setSearch] = useSearchParams();
  const mode = MODES.find(({ value }) => search.has(value))?.value ?? 'first';
  return (
    <Answer of={asked}>
      {({ model: found }) => {
        if (!found) {
          return (
            <Empty title="Model not found" text={`The hub has no model named ${model}.`}>
              <Link to="/models">All models</Link>
            </Empty>
          );
        }
        const { predictionLog: log, versions } = found;
        const keeps = log !== null && log.sample > 0 && log.keepPhotos;
        return (
          <>
            {!keeps && (
              <p>
                Photos of new answers are not kept. <Link to={urls.model(model)}>Choose on the model’s page</Link> which
                answers to keep.{' '}
                {log?.keepPhotos && (
                  <>
                    Photos of your own join the queue by a <Link to={urls.newBatch(model)}>batch</Link>.
                  </>
                )}
              </p>
            )}
            <SegmentedControl
              mb="sm"
              size="xs"
              aria-label="Photos"
              data={[...MODES]}
              value={mode}
              onChange={(value) => setSearch(value === 'first' ? {} : { [value]: '' }, { replace: true })}
            />
            <Reviews
              key={`${model} ${mode}`}
              model={model}
              paused={paused}
              mode={mode}
              labels={new Map(versions.map(({ number, labels }) => [number, labels]))}
            />
          </>
        );
      }}
    </Answer>
  );
}
