import { useMutation } from '@apollo/client/react';
import { Box, Button, Group, NativeSelect, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useRefusal } from '../../app/me';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatCount, formatDate, formatMilliseconds, formatShare, shortId } from '../../lib/format';
import { Copyable } from '../../ui/Copyable';
import { Dialog } from '../../ui/Dialog';
import { Problem } from '../../ui/Problem';
import { SpecLine } from '../../ui/SpecLine';
import { useTask } from '../../ui/useTask';
import { GIVE_FEEDBACK } from '../classify/Feedback';
import { MoreLikeThis } from '../similar/MoreLikeThis';
import { DeletePhoto } from './DeletePhoto';
import classes from './PredictionViewer.module.css';

export const PREDICTION = graphql(`
  fragment PredictionViewer_prediction on Prediction {
    id at version label confidence milliseconds precision rightLabel showsNone rightBy inputHash jobId
    thumbnail(side: 320)
  }
`);

/** Classes that have a key of their own. */
const KEYED = 9;

interface Props {
  readonly of: readonly FragmentOf<typeof PREDICTION>[];
  /** Position in the list, from 0. */
  readonly place: number;
  /** Class names of the version that answered. */
  readonly labels: readonly string[];
  /** Null closes. */
  readonly onPlace: (place: number | null) => void;
  /** Called after a photo was deleted, with all answers to it. */
  readonly onDeleted: () => void;
}

/** One kept answer: the photo, and what it shows, by one key for each class. */
export function PredictionViewer({ of, place, labels, onPlace, onDeleted }: Props) {
  const predictions = readFragment(PREDICTION, of);
  const prediction = predictions[place];
  const [give] = useMutation(GIVE_FEEDBACK);
  const { problem, run } = useTask();
  const refusal = useRefusal('giveFeedback');
  const go = (step: number): void => {
    if (predictions[place + step]) onPlace(place + step);
  };
  /** @param label null: none of the classes. */
  const judge = (label: string | null | undefined): void => {
    if (!prediction || label === undefined || refusal !== null) return;
    void run(async () => {
      await give({ variables: { predictionId: prediction.id, label, showsNone: label === null } });
      go(1);
    });
  };
  useHotkeys([
    ['ArrowLeft', () => go(-1)],
    ['ArrowRight', () => go(1)],
    ['y', () => judge(prediction?.label)],
    ['0', () => judge(null)],
    ...Array.from({ length: KEYED }, (_, i): [string, () => void] => [`${i + 1}`, () => judge(labels[i])]),
  ]);
  if (!prediction) return null;
  const { label, confidence, rightLabel, showsNone, rightBy, thumbnail } = prediction;
  const shows = showsNone ? 'none of the classes' : rightLabel;
  return (
    <Dialog
      title={`Prediction ${formatCount(place + 1)} of ${formatCount(predictions.length)} on this page`}
      close={() => onPlace(null)}
      wide
    >
      <div className={classes.body}>
        {thumbnail ? (
          <img className={classes.photo} src={thumbnail} alt={`Classified as ${label}`} />
        ) : (
          <Text c="dimmed">The photo was not kept.</Text>
        )}
        <div className={classes.side}>
          <SpecLine
            fields={{
              Answer: `${label}, ${formatShare(confidence)}`,
              Shows: shows && `${shows} (${rightBy})`,
              Version: prediction.version,
              'Kept by the batch': prediction.jobId && shortId(prediction.jobId),
              Time: formatMilliseconds(prediction.milliseconds),
              When: formatDate(prediction.at),
              'SHA-256 of the photo': <Copyable value={prediction.inputHash} />,
            }}
          />
          <Text mb="xs">What does it show?</Text>
          <Group gap="xs" role="group" aria-label="True class">
            <Button size="xs" disabled={refusal !== null} onClick={() => judge(label)} aria-keyshortcuts="y">
              {label} is right (y)
            </Button>
            {labels.slice(0, KEYED).map(
              (each, i) =>
                each !== label && (
                  <Button
                    key={each}
                    size="xs"
                    variant="default"
                    leftSection={each === rightLabel && '✓'}
                    disabled={refusal !== null}
                    onClick={() => judge(each)}
                    aria-keyshortcuts={`${i + 1}`}
                  >
                    {each} ({i + 1})
                  </Button>
                ),
            )}
            <Button
              size="xs"
              variant="default"
              leftSection={showsNone && '✓'}
              disabled={refusal !== null}
              onClick={() => judge(null)}
              aria-keyshortcuts="0"
            >
              None of these (0)
            </Button>
          </Group>
          {labels.length > KEYED && (
            <NativeSelect
              size="xs"
              mt="xs"
              label="Another class"
              value=""
              disabled={refusal !== null}
              data={[{ value: '', label: 'Choose…' }, ...labels.slice(KEYED)]}
              onChange={({ currentTarget: { value } }) => value && judge(value)}
            />
          )}
          {refusal !== null && <Text c="dimmed">{refusal}</Text>}
          {problem !== null && <Problem title="The feedback was not saved" message={problem} />}
          <Box mt="md">
            <DeletePhoto key={prediction.id} photo={prediction.inputHash} onDeleted={onDeleted} />
          </Box>
        </div>
        {thumbnail && (
          <div className={classes.similar}>
            <MoreLikeThis key={prediction.id} example={{ predictionId: prediction.id }} />
          </div>
        )}
      </div>
      <Group mt="md">
        <Button variant="default" disabled={place === 0} onClick={() => go(-1)}>
          Previous
        </Button>
        <Button variant="default" disabled={place + 1 >= predictions.length} onClick={() => go(1)}>
          Next
        </Button>
      </Group>
    </Dialog>
  );
}
