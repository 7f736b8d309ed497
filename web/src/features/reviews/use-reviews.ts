import { useMutation } from '@apollo/client/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type FragmentOf, graphql, type ResultOf, readFragment } from '../../graphql';
import { hasCode } from '../../lib/has-code';
import { messageOf } from '../../ui/Answer';

/** Photos that this person has at a time: more would be kept from others, fewer would make a fast person wait. */
const HELD = 8;
/** Photos left at which more are asked for. */
const FEW = 4;
/** Photos that a request may name as known. */
const MOST_EXCEPT = 20;
/** Judgments that can be taken back; each keeps its photo in memory. */
const UNDONE = 50;

const REVIEW = graphql(`
  fragment Review_review on Review {
    score drift
    prediction {
      id version label confidence margin outlierScore otherLabel rolloutLabel
      thumbnail(side: 512)
    }
  }
`);
export type Review = ResultOf<typeof REVIEW>;

const NEXT = graphql(
  `
  mutation NextReviews($model: String!, $first: Int!, $except: [ID!]!, $secondOpinion: Boolean!, $differing: Boolean!) {
    nextReviews(
      model: $model, first: $first, except: $except, secondOpinion: $secondOpinion, differing: $differing
    ) {
      left
      agreement @include(if: $secondOpinion) { photos agreed }
      reviews { ...Review_review }
    }
  }
`,
  [REVIEW],
);
const JUDGE = graphql(`
  mutation JudgeReview($id: ID!, $label: String, $showsNone: Boolean!) {
    giveFeedback(predictionId: $id, label: $label, showsNone: $showsNone) { id rightLabel showsNone rightBy }
  }
`);
const SKIP = graphql(`
  mutation SkipReview($id: ID!) {
    skipReview(predictionId: $id) { id }
  }
`);
const TAKE_BACK = graphql(`
  mutation TakeBackFeedback($id: ID!) {
    takeBackFeedback(predictionId: $id) { id rightLabel showsNone rightBy }
  }
`);

/** Photos that nobody has judged, those that one other person has judged, or those on which the versions of a rollout differ. */
export type ReviewMode = 'first' | 'second' | 'differing';

interface State {
  /** Photos that are reserved for this person, the first of which is shown. */
  readonly queue: readonly Review[];
  /** Photos that were judged on this page last, the last one last. */
  readonly judged: readonly Review[];
  /** Number of photos that were judged on this page. */
  readonly count: number;
  /** Photos that nobody has judged; null before the first answer of the hub. */
  readonly left: number | null;
  readonly agreement: ResultOf<typeof NEXT>['nextReviews']['agreement'] | null;
  /** Whether the hub had no more photos when it was last asked. */
  readonly isLast: boolean;
}

const NOTHING: State = { queue: [], judged: [], count: 0, left: null, agreement: null, isLast: false };

/**
 * The photos that one person judges. What it says is shown at once and sent in order; the next photos are fetched before they
 * are needed.
 */
export function useReviews(model: string, mode: ReviewMode) {
  const [secondOpinion, differing] = [mode === 'second', mode === 'differing'];
  const [state, setState] = useState<State>(NOTHING);
  const [problem, setProblem] = useState<string | null>(null);
  const [next] = useMutation(NEXT, { fetchPolicy: 'no-cache' }); // it would keep every photo
  const [give] = useMutation(JUDGE);
  const [putOff] = useMutation(SKIP);
  const [takeBack] = useMutation(TAKE_BACK);
  /** Everything that was sent, one after the other. */
  const sent = useRef(Promise.resolve());
  /** The photos of this person as the hub knows them, once everything sent has arrived. */
  const held = useRef<readonly Review[]>([]);
  const asking = useRef(false);
  /** Ids of photos that have left the queue, which the hub does not know yet. */
  const leaving = useRef(new Set<string>());
  /** Change of the number of photos left that the hub does not know yet. */
  const ahead = useRef(0);
  held.current = state.queue;

  const send = useCallback((task: () => Promise<unknown>, undo: (error: unknown) => void): void => {
    sent.current = sent.current.then(task).then(
      () => setProblem(null),
      (error) => {
        undo(error);
        setProblem(messageOf(error));
      },
    );
  }, []);

  const ask = useCallback((): void => {
    if (asking.current) return;
    asking.current = true;
    const request = async (): Promise<void> => {
      const except = [...held.current.map(({ prediction }) => prediction.id), ...leaving.current].slice(0, MOST_EXCEPT);
      const { data } = await next({ variables: { model, first: HELD, except, secondOpinion, differing } });
      if (!data) return;
      const { left, agreement = null, reviews } = data.nextReviews;
      const fresh = readFragment(REVIEW, reviews as readonly FragmentOf<typeof REVIEW>[]);
      const gone = [...leaving.current];
      const leftNow = left + ahead.current;
      setState((before) => {
        const known = new Set([...before.queue.map(({ prediction }) => prediction.id), ...gone]);
        const more = fresh.filter(({ prediction }) => !known.has(prediction.id));
        return {
          ...before,
          queue: [...before.queue, ...more],
          left: leftNow,
          agreement,
          isLast: fresh.length === 0,
        };
      });
    };
    send(
      () =>
        request().finally(() => {
          asking.current = false;
        }),
      () => setState((before) => ({ ...before, isLast: true })),
    );
  }, [model, next, secondOpinion, differing, send]);

  const { queue, isLast } = state;
  /** What one judgment takes off the photos that nobody has judged. */
  const unjudged = secondOpinion ? 0 : 1;
  useEffect(() => {
    if (queue.length < FEW && !isLast) ask();
  }, [queue.length, isLast, ask]);

  /** Sends what takes a photo out of the queue. @param judged number of photos that are judged by it. */
  const sendLeaving = (
    id: string,
    judged: number,
    task: () => Promise<unknown>,
    undo: (error: unknown) => void,
  ): void => {
    leaving.current.add(id);
    ahead.current -= judged;
    const settled = (): void => {
      leaving.current.delete(id);
      ahead.current += judged;
    };
    send(() => task().finally(settled), undo);
  };

  /** @param label null: none of the classes. */
  const judge = (label: string | null): void => {
    const [review] = queue;
    if (!review) return;
    const { id } = review.prediction;
    setState((before) => ({
      ...removed(before, id),
      judged: [...before.judged, review].slice(-UNDONE),
      count: before.count + 1,
      left: plus(before.left, -unjudged),
    }));
    sendLeaving(
      id,
      unjudged,
      () => give({ variables: { id, label, showsNone: label === null } }),
      (error) => setState((before) => (isGone(error) ? forgotten(before, id) : putBack(before, review, unjudged))),
    );
  };

  const skip = (): void => {
    const [review] = queue;
    if (!review) return;
    const { id } = review.prediction;
    // The hub may have more now: at least the skipped one.
    setState((before) => ({ ...removed(before, id), isLast: false }));
    sendLeaving(
      id,
      0,
      () => putOff({ variables: { id } }),
      (error) => {
        if (!isGone(error)) setState((before) => ({ ...before, queue: [review, ...before.queue] }));
      },
    );
  };

  const undo = (): void => {
    const review = state.judged.at(-1);
    if (!review) return;
    const { id } = review.prediction;
    setState((before) => putBack(before, review, unjudged));
    ahead.current += unjudged;
    const settled = (): void => {
      ahead.current -= unjudged;
    };
    // Where the hub fails, the photo stays, to be judged again.
    send(
      () => takeBack({ variables: { id } }).finally(settled),
      () => undefined,
    );
  };

  const again = (): void => {
    setProblem(null);
    ask();
  };

  return { ...state, problem, judge, skip, undo, again };
}

/** Whether a photo is no longer kept, as after the deletion of the version that answered. */
const isGone = (error: unknown): boolean => hasCode(error, 'NOT_FOUND');

/** Without a photo that is no longer kept, which was not judged. */
function forgotten(state: State, id: string): State {
  const judged = state.judged.filter(({ prediction }) => prediction.id !== id);
  return { ...state, judged, count: state.count - 1 };
}

function removed(state: State, id: string): State {
  return { ...state, queue: state.queue.filter(({ prediction }) => prediction.id !== id) };
}

/** A judged photo as the first one again. */
function putBack(state: State, review: Review, unjudged: number): State {
  const { id } = review.prediction;
  return {
    ...state,
    queue: [review, ...removed(state, id).queue],
    judged: state.judged.filter(({ prediction }) => prediction.id !== id),
    count: state.count - 1,
    left: plus(state.left, unjudged),
  };
}

const plus = (count: number | null, more: number): number | null => (count === null ? null : count + more);
