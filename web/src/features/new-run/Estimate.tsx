import { useApolloClient } from '@apollo/client/react';
import { Anchor, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { graphql, type ResultOf, type VariablesOf } from '../../graphql';
import { formatBytes, formatCount, formatSeconds } from '../../lib/format';
import { messageOf } from '../../ui/Answer';
import classes from './NewRun.module.css';

const PARTS = graphql(`
  fragment EstimateParts on RunEstimate @_unmask {
    seconds featureSeconds trainingSeconds evaluationSeconds memoryBytes pictures cachedPictures computedInEveryEpoch
    runs calibrationSeconds
  }
`);

const TRANSFER = graphql(
  `
    query EstimateTransfer($input: StartTransferRunInput!) {
      estimateTransferRun(input: $input) { ...EstimateParts }
    }
  `,
  [PARTS],
);

const FINE_TUNE = graphql(
  `
    query EstimateFineTune($input: StartFineTuneRunInput!) {
      estimateFineTuneRun(input: $input) { ...EstimateParts }
    }
  `,
  [PARTS],
);

/** A run to estimate. */
export type Asked =
  | { readonly kind: 'TRANSFER'; readonly input: VariablesOf<typeof TRANSFER>['input'] }
  | { readonly kind: 'FINE_TUNE'; readonly input: VariablesOf<typeof FINE_TUNE>['input'] };

type Parts = ResultOf<typeof PARTS>;
type State =
  | { readonly is: 'measuring' | 'stopped' }
  | { readonly is: 'known'; readonly parts: Parts }
  | { readonly is: 'refused'; readonly why: string };

/** Milliseconds without changes of the form after which it is estimated. */
const PAUSE = 600;

interface Props {
  /** Null while the form is invalid, or not yet complete. */
  readonly asked: Asked | null;
  /** Names of the wrong fields. */
  readonly wrong: string;
}

/** Time and memory of the run. */
export function Estimate({ asked, wrong }: Props) {
  const client = useApolloClient();
  const [key] = useDebouncedValue(JSON.stringify(asked), PAUSE);
  const [state, setState] = useState<State>({ is: 'measuring' });
  const [round, setRound] = useState(0);
  const asking = useRef(new AbortController());

  // biome-ignore lint/correctness/useExhaustiveDependencies: each round asks again
  useEffect(() => {
    const now = JSON.parse(key) as Asked | null;
    if (!now) return;
    const left = new AbortController();
    asking.current = left;
    const context = { fetchOptions: { signal: left.signal } };
    setState({ is: 'measuring' });
    const answer: Promise<Parts | undefined> =
      now.kind === 'TRANSFER'
        ? client
            .query({ query: TRANSFER, variables: { input: now.input }, context, fetchPolicy: 'no-cache' })
            .then(({ data }) => data?.estimateTransferRun)
        : client
            .query({ query: FINE_TUNE, variables: { input: now.input }, context, fetchPolicy: 'no-cache' })
            .then(({ data }) => data?.estimateFineTuneRun);
    const show = (next: State): void => {
      if (!left.signal.aborted) setState(next);
    };
    answer.then(
      (parts) => parts && show({ is: 'known', parts }),
      (error: unknown) => show({ is: 'refused', why: messageOf(error) }),
    );
    return () => left.abort();
  }, [client, key, round]);

  return (
    <section className={classes.estimate} aria-label="Estimate" aria-live="polite">
      {wrong !== '' ? (
        <Text c="dimmed">Correct {wrong} to see an estimate.</Text>
      ) : (
        <Outcome
          state={state}
          again={() => setRound((before) => before + 1)}
          stop={() => {
            asking.current.abort();
            setState({ is: 'stopped' });
          }}
        />
      )}
    </section>
  );
}

interface OutcomeProps {
  readonly state: State;
  readonly again: () => void;
  readonly stop: () => void;
}

function Outcome({ state, again, stop }: OutcomeProps) {
  if (state.is === 'measuring') {
    return (
      <Text c="dimmed">
        Measuring… The first estimate can take some seconds; you can start the run without it.{' '}
        <Anchor component="button" type="button" onClick={stop}>
          Stop
        </Anchor>
      </Text>
    );
  }
  if (state.is !== 'known') {
    return (
      <Text c="dimmed">
        No estimate: {state.is === 'refused' ? state.why : 'stopped.'}{' '}
        <Anchor component="button" type="button" onClick={again}>
          Try again
        </Anchor>
      </Text>
    );
  }
  const { seconds, featureSeconds, trainingSeconds, memoryBytes, pictures, cachedPictures, runs, calibrationSeconds } =
    state.parts;
  return (
    <>
      <Text>
        About <strong>{formatSeconds(seconds)}</strong> and <strong>{formatBytes(memoryBytes)}</strong> of memory
      </Text>
      <Text c="dimmed">
        {cachedPictures === pictures
          ? 'The features of all images are cached'
          : `${formatSeconds(featureSeconds)} for features (${formatCount(cachedPictures)} of ${formatCount(pictures)} cached)`}
        , {formatSeconds(trainingSeconds)} for training without early stopping; based on{' '}
        {calibrationSeconds === null
          ? `${runs.length} finished ${runs.length === 1 ? 'run' : 'runs'}`
          : `a speed probe of ${formatSeconds(calibrationSeconds)}`}
        .{state.parts.computedInEveryEpoch && ' The features exceed the cache and are computed in every epoch.'}
      </Text>
    </>
  );
}
