import { SegmentedControl, Text, Title } from '@mantine/core';
import { type FragmentOf, readFragment } from '../../graphql';
import { mostConfused } from '../../lib/confusion';
import { formatShare } from '../../lib/format';
import type { Cell, RunView } from '../../lib/run-view';
import { Bars } from '../../ui/Bars';
import { ClassTable } from './ClassTable';
import classes from './Evaluation.module.css';
import { EVALUATION } from './fragments';
import { Matrix } from './Matrix';
import { TestImages } from './TestImages';

/** Number of classes up to which a matrix is readable. */
const LARGEST_MATRIX = 30;
const PAIRS = 10;

interface Props {
  readonly run: FragmentOf<typeof EVALUATION>;
  readonly view: RunView;
  readonly show: (change: Partial<RunView>) => void;
}

/** The evaluation on the test images, with the images of every figure. */
export function Evaluation({ run: of, view: { cell, shares }, show }: Props) {
  const run = readFragment(EVALUATION, of);
  const { confusion } = run;
  if (!confusion) return null;
  const choose = (to: Cell | null): void => show({ cell: to });
  const confused = mostConfused(confusion, PAIRS);
  const name = ({ truth, predicted }: Cell): string => `${truth} predicted as ${predicted}`;
  return (
    <>
      <div className={classes.halves}>
        <section aria-labelledby="matrix">
          <div className={classes.head}>
            <Title order={2} id="matrix">
              Confusion matrix
            </Title>
            <SegmentedControl
              size="xs"
              aria-label="Cell values"
              data={[
                { value: 'images', label: 'Images' },
                { value: 'shares', label: '% of row' },
              ]}
              value={shares ? 'shares' : 'images'}
              onChange={(value) => show({ shares: value === 'shares' })}
            />
          </div>
          {confusion.labels.length <= LARGEST_MATRIX ? (
            <Matrix confusion={confusion} shares={shares} cell={cell} onChoose={choose} />
          ) : (
            <Text c="dimmed">
              {confusion.labels.length} classes are too many for a matrix. The most frequent confusions are listed here.
            </Text>
          )}
          {confused.length > 0 && (
            <>
              <Title order={3} mt="md" mb="xs">
                Most often confused
              </Title>
              <Bars
                label="Most frequent confusions"
                bars={confused.map((pair) => ({
                  label: name(pair),
                  value: pair.images,
                  text: `${pair.images} (${formatShare(pair.share, 0)})`,
                }))}
                chosen={cell && name(cell)}
                onChoose={(label) => choose(confused.find((pair) => name(pair) === label) ?? null)}
              />
            </>
          )}
        </section>
        <TestImages key={cell ? name(cell) : ''} runId={run.id} cell={cell} onAll={() => choose(null)} />
      </div>
      <ClassTable run={run} />
    </>
  );
}
