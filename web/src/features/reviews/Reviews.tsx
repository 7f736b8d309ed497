import { Button, Group, NativeSelect, Text, VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { formatCount, formatShare } from '../../lib/format';
import { keyOfClass, reviewKey } from '../../lib/review-keys';
import { urls } from '../../lib/urls';
import { Empty } from '../../ui/Empty';
import { Loading } from '../../ui/Loading';
import { Problem } from '../../ui/Problem';
import classes from './Reviews.module.css';
import { useReviewKeys } from './use-review-keys';
import { type Review, type ReviewMode, useReviews } from './use-reviews';

/** Photos that are left up to which the hub counts them. */
const COUNTED = 10_000;

/** Classes above which the buttons below them may be out of sight on a phone. */
const MANY = 8;

/** Milliseconds that a photo is shown before it can be judged: the second press of a double one is not about it. */
const SEEN_MS = 250;

interface Props {
  readonly model: string;
  /** Whether keys are for something else on the page. */
  readonly paused: boolean;
  readonly mode: ReviewMode;
  /** Class names by version. */
  readonly labels: ReadonlyMap<number, readonly string[]>;
}

/** One photo after the other, and what it shows by one key. */
export function Reviews({ model, paused, mode, labels }: Props) {
  const reviews = useReviews(model, mode);
  const { queue, judged, count, left, agreement, isLast, problem, skip, undo, again } = reviews;
  const photo = useRef<HTMLElement>(null);
  const [review] = queue;
  const shown = review?.prediction.id;
  const [seen, setSeen] = useState<string>();
  /** The photo that was judged, until another one is shown. */
  const done = useRef<string>(undefined);
  const judge = (label: string | null): void => {
    if (shown !== seen || shown === done.current) return;
    done.current = shown;
    reviews.judge(label);
  };
  const choices = (review && labels.get(review.prediction.version)) ?? [];
  const answered = review ? answersOf(review, mode) : [];
  useReviewKeys((key) => {
    const does = paused ? null : reviewKey(key, choices);
    if (does?.act === 'judge') judge(does.label);
    else if (does?.act === 'right' && answered.length === 1) judge(answered[0] as string);
    else if (does?.act === 'skip') skip();
    else if (does?.act === 'undo') undo();
    return does !== null;
  });
  // On the photo no button has the focus, which the space bar would press.
  useEffect(() => {
    if (shown !== undefined) photo.current?.focus({ preventScroll: true });
    done.current = undefined;
    const timer = setTimeout(() => setSeen(shown), SEEN_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <>
      <Group justify="space-between" mb="sm" gap="xs">
        <Text role="status">{progressOf(count, mode === 'second' ? null : left)}</Text>
        {agreement && agreement.photos > 0 && (
          <Text c="dimmed">
            People agree on {formatCount(agreement.agreed)} of {formatCount(agreement.photos)} photos that several of
            them judged.
          </Text>
        )}
      </Group>
      {problem !== null && <Problem title="Not saved" message={problem} retry={again} />}
      {!review && !isLast && problem === null && <Loading />}
      {!review && isLast && <Done {...{ model, mode, again }} undo={judged.length > 0 ? undo : null} />}
      {review && (
        <div className={classes.body}>
          <figure ref={photo} tabIndex={-1} className={classes.photo} aria-busy={shown !== seen}>
            {review.prediction.thumbnail && (
              <img src={review.prediction.thumbnail} alt={`Answered as ${answered.join(' and ')}`} />
            )}
            <VisuallyHidden component="figcaption">{reasonsOf(review, answered)}</VisuallyHidden>
          </figure>
          <div>
            <Text aria-hidden>{reasonsOf(review, answered)}</Text>
            <Choices labels={choices} answered={answered} {...{ judge, skip }} undo={judged.length > 0 ? undo : null} />
          </div>
        </div>
      )}
    </>
  );
}

interface ChoicesProps {
  readonly labels: readonly string[];
  /** The class that the version answered, or those that the versions of a rollout answered. */
  readonly answered: readonly string[];
  readonly judge: (label: string | null) => void;
  readonly skip: () => void;
  /** Null where there is nothing to take back. */
  readonly undo: (() => void) | null;
}

function Choices({ labels, answered, judge, skip, undo }: ChoicesProps) {
  const keyed = labels.filter((_, place) => keyOfClass(place) !== undefined);
  const others = labels.slice(keyed.length);
  return (
    <>
      <Text my="xs">What does it show?{answered.length === 1 && ' Enter takes the answer.'}</Text>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would need a visible frame */}
      <div role="group" aria-label="Class of the photo" className={classes.classes}>
        {keyed.map((label, place) => (
          <Choice
            key={label}
            keyName={keyOfClass(place) as string}
            text={label}
            answered={answered.includes(label)}
            onClick={() => judge(label)}
          />
        ))}
      </div>
      {others.length > 0 && (
        <NativeSelect
          mt="xs"
          label="Another class"
          value=""
          data={[{ value: '', label: 'Choose…' }, ...others]}
          onChange={({ currentTarget: { value } }) => value && judge(value)}
        />
      )}
      <div className={classes.actions} data-many={labels.length > MANY || undefined}>
        <Choice keyName="0" text="None of these" onClick={() => judge(null)} />
        <Choice keyName="S" text="Skip" onClick={skip} />
        <Choice keyName="U" text="Undo" disabled={undo === null} onClick={() => undo?.()} />
      </div>
    </>
  );
}

interface ChoiceProps {
  readonly keyName: string;
  readonly text: string;
  /** Whether it is the class that the version answered. */
  readonly answered?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

function Choice({ keyName, text, answered = false, disabled = false, onClick }: ChoiceProps) {
  return (
    <Button
      className={classes.choice}
      classNames={{ label: classes.name ?? '' }}
      px="sm"
      variant="default"
      data-answered={answered || undefined}
      {...{ disabled, onClick }}
      aria-keyshortcuts={keyName}
      rightSection={<kbd className={classes.key}>{keyName}</kbd>}
    >
      {text}
    </Button>
  );
}

interface DoneProps {
  readonly model: string;
  readonly mode: ReviewMode;
  readonly again: () => void;
  readonly undo: (() => void) | null;
}

function Done({ model, mode, again, undo }: DoneProps) {
  return (
    <Empty title="No photos to judge" text={DONE[mode]}>
      <Button variant="default" onClick={again}>
        Look again
      </Button>
      {undo && (
        <Button variant="default" onClick={undo}>
          Undo
        </Button>
      )}
      <Link to={urls.predictions(model)}>Predictions of {model}</Link>
    </Empty>
  );
}

const DONE: Readonly<Record<ReviewMode, string>> = {
  first:
    'Every kept photo is judged, or somebody is judging it. New ones come with new answers, or with a batch of your photos.',
  second: 'There is no photo that exactly one other person has judged.',
  differing: 'The versions of the newest rollout agree on every kept photo that nobody has judged.',
};

function progressOf(count: number, left: number | null): string {
  const judged = `${formatCount(count)} judged`;
  if (left === null) return judged;
  return `${judged} · ${formatCount(left)}${left + count >= COUNTED ? ' or more' : ''} left`;
}

/** The answers to a photo; those of a rollout by name, so that nobody sees which version gave which. */
function answersOf({ prediction: { label, rolloutLabel } }: Review, mode: ReviewMode): readonly string[] {
  return mode === 'differing' && rolloutLabel !== null ? [label, rolloutLabel].toSorted() : [label];
}

/** The answer, and why the photo is worth a judgment. */
function reasonsOf({ prediction, drift }: Review, answered: readonly string[]): string {
  const { label, confidence, version, otherLabel, outlierScore } = prediction;
  if (answered.length > 1) return `The versions of the rollout answered ${answered.join(' and ')}.`;
  return [
    `Version ${version} answered ${label}, ${formatShare(confidence)}.`,
    ...(otherLabel === null ? [] : [`Another answer to the photo is ${otherLabel}.`]),
    ...(outlierScore !== null && outlierScore > 1 ? ['It is unlike the training images.'] : []),
    ...(drift === null ? [] : [drift]),
  ].join(' ');
}
