import { useQuery } from '@apollo/client/react';
import { Anchor, Button, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../../graphql';
import { formatCount, formatShare } from '../../lib/format';
import type { Cell } from '../../lib/run-view';
import { Answer } from '../../ui/Answer';
import classes from './Evaluation.module.css';

const MISTAKES = graphql(`
  query RunMistakes($id: ID!, $first: Int!, $truth: String, $predicted: String) {
    runMistakes(id: $id, first: $first, trueClass: $truth, predictedClass: $predicted) {
      total
      images { image name trueClass predictedClass confidence thumbnail(side: 96) }
    }
  }
`);

/** Pictures at once, and the hub's largest number. */
const PAGE = 24;
const MOST = 200;

interface Props {
  readonly runId: string;
  /** Null: all mistakes. */
  readonly cell: Cell | null;
  readonly onAll: () => void;
}

/** Test images behind a cell of the matrix, or all that the run got wrong; the most confident first. */
export function Pictures({ runId, cell, onAll }: Props) {
  const [first, setFirst] = useState(PAGE);
  const asked = useQuery(MISTAKES, { variables: { id: runId, first, ...(cell ?? {}) } });
  const right = cell !== null && cell.truth === cell.predicted;
  return (
    <section aria-labelledby="pictures">
      <div className={classes.head}>
        <Title order={2} id="pictures">
          {cell
            ? right
              ? `${cell.truth}, recognized`
              : `${cell.truth} taken for ${cell.predicted}`
            : 'Most confident mistakes'}
        </Title>
        {cell && (
          <Anchor component="button" type="button" onClick={onAll}>
            All mistakes
          </Anchor>
        )}
      </div>
      <Answer of={asked}>
        {({ runMistakes }) => {
          if (!runMistakes) return <Text c="dimmed">The run kept no predictions of single images.</Text>;
          const { total, images } = runMistakes;
          if (total === 0) return <Text c="dimmed">There are none.</Text>;
          return (
            <>
              <ul className={classes.pictures}>
                {images.map(({ image, name, trueClass, predictedClass, confidence, thumbnail }) => (
                  <li key={image}>
                    <span className={trueClass === predictedClass ? undefined : classes.wrong}>
                      <img src={thumbnail} alt={name} width={96} height={96} decoding="async" title={name} />
                    </span>
                    <span className={classes.caption}>
                      {predictedClass} {formatShare(confidence)}
                      {trueClass !== predictedClass && (
                        <Text span inherit c="dimmed" display="block">
                          is {trueClass}
                        </Text>
                      )}
                    </span>
                  </li>
                ))}
              </ul>
              <Text c="dimmed" my="xs">
                {formatCount(images.length)} of {formatCount(total)}
              </Text>
              {images.length < Math.min(total, MOST) && (
                <Button size="xs" variant="default" onClick={() => setFirst((now) => Math.min(MOST, 2 * now))}>
                  Show more
                </Button>
              )}
            </>
          );
        }}
      </Answer>
    </section>
  );
}
