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

/** Images loaded at first, and the hub's maximum. */
const PAGE = 24;
const MOST = 200;

interface Props {
  readonly runId: string;
  /** Null: all mistakes. */
  readonly cell: Cell | null;
  readonly onAll: () => void;
}

/** The test images of a cell of the matrix, or all mistakes, most confident first. */
export function TestImages({ runId, cell, onAll }: Props) {
  const [first, setFirst] = useState(PAGE);
  const asked = useQuery(MISTAKES, { variables: { id: runId, first, ...(cell ?? {}) } });
  const correct = cell !== null && cell.truth === cell.predicted;
  return (
    <section aria-labelledby="test-images">
      <div className={classes.head}>
        <Title order={2} id="test-images">
          {cell
            ? correct
              ? `${cell.truth}, correct`
              : `${cell.truth} predicted as ${cell.predicted}`
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
          if (!runMistakes) return <Text c="dimmed">This run has no predictions of single images.</Text>;
          const { total, images } = runMistakes;
          if (total === 0) return <Text c="dimmed">No mistakes.</Text>;
          return (
            <>
              <ul className={classes.images}>
                {images.map(({ image, name, trueClass, predictedClass, confidence, thumbnail }) => (
                  <li key={image}>
                    <span className={trueClass === predictedClass ? undefined : classes.wrong}>
                      <img src={thumbnail} alt={name} width={96} height={96} decoding="async" title={name} />
                    </span>
                    <span className={classes.caption}>
                      {predictedClass} {formatShare(confidence)}
                      {trueClass !== predictedClass && (
                        <Text span inherit c="dimmed" display="block">
                          actual: {trueClass}
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
