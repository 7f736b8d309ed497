import { useQuery } from '@apollo/client/react';
import { Button, NativeSelect } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense, useState } from 'react';
import { Link, useParams } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { lazyPage } from '../../app/lazy-page';
import { Permitted } from '../../app/Permitted';
import { PredictionTable } from '../../features/predictions/PredictionTable';
import { PREDICTION, PredictionViewer } from '../../features/predictions/PredictionViewer';
import { graphql } from '../../graphql';
import { nextOf, nodesOf } from '../../lib/connection';
import { endOfDay, startOfDay } from '../../lib/day';
import { urls } from '../../lib/urls';
import { useFilters } from '../../lib/use-filters';
import { Answer } from '../../ui/Answer';
import { CursorPager } from '../../ui/CursorPager';
import { Empty } from '../../ui/Empty';
import { FilterBar } from '../../ui/FilterBar';
import { FilterDay } from '../../ui/FilterDay';
import { FilterText } from '../../ui/FilterText';
import { PageHead } from '../../ui/PageHead';

const AddJudgedForm = lazyPage(async () => (await import('../../features/predictions/AddJudgedForm')).AddJudgedForm);

const PREDICTIONS = graphql(
  `
  query PredictionsPage($model: String!, $filter: PredictionFilter!, $first: Int!, $after: String) {
    model(name: $model) {
      id
      versions(archived: true) { id number labels }
    }
    predictions(filter: $filter, first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { node { id version ...PredictionViewer_prediction } }
    }
  }
`,
  [PREDICTION],
);

/** Rows of a page: each has a photo. */
const ROWS = 24;

const FILTERS = ['label', 'version', 'feedback', 'below', 'since', 'until'] as const;

/** The kept predictions of a model: photos, answers and feedback. */
export function PredictionsPage() {
  const { name = '' } = useParams();
  const [adding, { open, close }] = useDisclosure();
  return (
    <>
      <PageHead title={`Predictions of ${name}`}>
        <ActionButton needs="nextReviews" to={urls.review(name)}>
          Review photos
        </ActionButton>
        {!adding && (
          <ActionButton needs="addJudgedPhotos" variant="default" onClick={open}>
            Add judged photos to a dataset…
          </ActionButton>
        )}
      </PageHead>
      <Permitted needs="predictions">
        <Suspense>{adding && <AddJudgedForm model={name} close={close} />}</Suspense>
        <Predictions model={name} />
      </Permitted>
    </>
  );
}

function Predictions({ model }: { readonly model: string }) {
  const { values, filtered, after, set, clear, turn } = useFilters(FILTERS);
  const [place, setPlace] = useState<number | null>(null);
  const below = Number(values.below);
  const filter = {
    model,
    ...(values.label && { label: values.label }),
    ...(Number(values.version) > 0 && { version: Number(values.version) }),
    ...(values.feedback === 'none' ? { showsNone: true } : values.feedback && { wrong: values.feedback === 'wrong' }),
    ...(below > 0 && below <= 100 && { confidenceBelow: below / 100 }),
    ...(values.since && { since: startOfDay(values.since) }),
    ...(values.until && { before: endOfDay(values.until) }),
  };
  const asked = useQuery(PREDICTIONS, { variables: { model, filter, first: ROWS, after } });
  const versions = (asked.data ?? asked.previousData)?.model?.versions ?? [];
  if (asked.data?.model === null) {
    return (
      <Empty title="Model not found" text={`The hub has no model named ${model}.`}>
        <Link to="/models">All models</Link>
      </Empty>
    );
  }
  const labels = [...new Set(versions.flatMap((version) => version.labels))];
  return (
    <>
      <FilterBar label="Filters of the predictions">
        <NativeSelect
          size="xs"
          label="Answer"
          value={values.label}
          onChange={({ currentTarget }) => set('label', currentTarget.value)}
          data={[{ value: '', label: 'Any' }, ...labels]}
        />
        <NativeSelect
          size="xs"
          label="Version"
          value={values.version}
          onChange={({ currentTarget }) => set('version', currentTarget.value)}
          data={[{ value: '', label: 'Any' }, ...versions.map(({ number }) => String(number))]}
        />
        <NativeSelect
          size="xs"
          label="Feedback"
          value={values.feedback}
          onChange={({ currentTarget }) => set('feedback', currentTarget.value)}
          data={[
            { value: '', label: 'Any or none' },
            { value: 'right', label: 'Right' },
            { value: 'wrong', label: 'Wrong' },
            { value: 'none', label: 'None of the classes' },
          ]}
        />
        <FilterText label="Confidence below (%)" value={values.below} onType={(text) => set('below', text)} first />
        <FilterDay label="From" value={values.since} onDay={(day) => set('since', day)} />
        <FilterDay label="To" value={values.until} onDay={(day) => set('until', day)} />
      </FilterBar>
      <Answer of={asked}>
        {({ predictions: page }) => {
          const predictions = nodesOf(page);
          return predictions.length === 0 ? (
            <NonePredicted model={model} filtered={filtered} clear={clear} />
          ) : (
            <>
              <PredictionTable of={predictions} onOpen={setPlace} />
              <CursorPager of="predictions" after={after} next={nextOf(page)} turn={turn} />
              {place !== null && (
                <PredictionViewer
                  of={predictions}
                  place={place}
                  labels={versions.find(({ number }) => number === predictions[place]?.version)?.labels ?? []}
                  onPlace={setPlace}
                  onDeleted={() => {
                    setPlace(null);
                    void asked.refetch();
                  }}
                />
              )}
            </>
          );
        }}
      </Answer>
    </>
  );
}

interface NoneProps {
  readonly model: string;
  readonly filtered: boolean;
  readonly clear: () => void;
}

function NonePredicted({ model, filtered, clear }: NoneProps) {
  return filtered ? (
    <Empty title="No predictions match" text="No kept prediction matches these filters.">
      <Button size="xs" variant="default" onClick={clear}>
        Clear filters
      </Button>
    </Empty>
  ) : (
    <Empty title="No predictions kept yet" text="Choose on the model's page which answers to keep.">
      <Link to={urls.model(model)}>Back to {model}</Link>
    </Empty>
  );
}
