import { useQuery } from '@apollo/client/react';
import { Anchor, Button, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../../graphql';
import { formatCount, formatShare } from '../../lib/format';
import type { Cell } from '../../lib/run-view';
import { Answer } from '../../ui/Answer';
import { Dialog } from '../../ui/Dialog';
import { LikeImage } from '../similar/MoreLikeThis';
import classes from './Evaluation.module.css';

const MISTAKES = graphql(`
  query RunMistakes($id: ID!, $first: Int!, $truth: String, $predicted: String) {
    run(id: $id) { id datasetVersion { id } }
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

/** The test images of a cell of the matrix, or all mistakes, most confident first. A click shows images like one. */
export function TestImages({ runId, cell, onAll }: Props) {
  const [first, setFirst] = useState(PAGE);
  const [chosen, setChosen] = useState<{ readonly image: number; readonly name: string } | null>(null);
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
        {({ run, runMistakes }) => {
          if (!run || !runMistakes) return <Text c="dimmed">This run has no predictions of single images.</Text>;
          const { total, images } = runMistakes;
          if (total === 0) return <Text c="dimmed">No mistakes.</Text>;
          return (
            <>
              <ul className={classes.images}>
                {images.map(({ image, name, trueClass, predictedClass, confidence, thumbnail }) => (
                  <li key={image}>
                    <button
                      type="button"
                      className={classes.image}
                      data-wrong={trueClass !== predictedClass || undefined}
                      title="More like this"
                      onClick={() => setChosen({ image, name })}
                    >
                      <img src={thumbnail} alt={name} width={96} height={96} decoding="async" />
                    </button>
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
              {chosen && (
                <Dialog title={`Images like ${chosen.name}`} close={() => setChosen(null)} wide>
                  <LikeImage versionId={run.datasetVersion.id} row={chosen.image} />
                </Dialog>
              )}
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
