import { Text, Title } from '@mantine/core';
import { formatCount, formatShare } from '../../lib/format';
import { DataTable } from '../../ui/DataTable';
import { Plot } from '../../ui/Plot';
import classes from './TestCurves.module.css';

interface Bin {
  readonly from: number;
  readonly to: number;
  readonly images: number;
  readonly correct: number;
  readonly meanConfidence: number | null;
}

interface Props {
  readonly of: { readonly calibrationError: number; readonly bins: readonly Bin[] };
  readonly table: boolean;
  /** Whether the probabilities are those of a calibrated model version. */
  readonly calibrated: boolean;
}

const percent = (value: number): string => `${Math.round(100 * value)}%`;
const SHARE = { from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1], format: percent };

/** Accuracy and number of the test images by confidence: the reliability diagram and the histogram. */
export function Calibration({ of: { calibrationError, bins }, table, calibrated }: Props) {
  const most = niceAbove(Math.max(...bins.map(({ images }) => images)));
  const sentence = sentenceOf(bins);
  return (
    <section className={classes.confidence} aria-labelledby="reliability">
      <Title order={2} id="reliability" mb="xs">
        {calibrated ? 'Confidence, calibrated' : 'Confidence'}
      </Title>
      <p>
        Calibration error {formatShare(calibrationError)}. {sentence}
      </p>
      {table ? (
        <DataTable
          label="Test images by confidence"
          heads={['Confidence', ' Images', ' Correct', ' Accuracy', ' Mean confidence']}
          rows={bins
            .filter(({ images }) => images > 0)
            .map(({ from, to, images, correct, meanConfidence }) => ({
              key: `${from}`,
              cells: [
                `${formatShare(from)} to ${formatShare(to)}`,
                formatCount(images),
                formatCount(correct),
                formatShare(correct / images),
                formatShare(meanConfidence ?? 0),
              ],
            }))}
        />
      ) : (
        <div className={classes.charts}>
          <section>
            <h3 className={classes.title}>Reliability</h3>
            <Plot
              label={`Accuracy by confidence. ${sentence}`}
              x={{ ...SHARE, title: 'Confidence' }}
              y={{ ...SHARE, title: 'Accuracy' }}
              height={260}
            >
              {({ x, y, height }) => (
                <>
                  {bins.map(({ from, to, images, correct, meanConfidence }) => {
                    if (images === 0 || meanConfidence === null) return null;
                    const at = y(correct / images);
                    return (
                      <g key={from}>
                        <rect
                          className={classes.correct}
                          x={x(from) + 1}
                          width={x(to) - x(from) - 2}
                          y={at}
                          height={height - at}
                        />
                        <path className={classes.gap} d={`M${x(meanConfidence)} ${at}V${y(meanConfidence)}`} />
                      </g>
                    );
                  })}
                  <path className={classes.guess} d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} />
                </>
              )}
            </Plot>
            <Text c="dimmed">
              Calibrated bars end at the diagonal; a red line is how far one is from it. Bars of few images say little.
            </Text>
          </section>
          <section>
            <h3 className={classes.title}>Images by confidence</h3>
            <Plot
              label={`Test images by confidence, correct and wrong. ${sentence}`}
              x={{ ...SHARE, title: 'Confidence' }}
              y={{ title: 'Images', from: 0, to: most, ticks: [0, most / 2, most], format: formatCount }}
              height={260}
            >
              {({ x, y, height }) =>
                bins.map(({ from, to, images, correct }) => (
                  <g key={from}>
                    <rect
                      className={classes.correct}
                      x={x(from) + 1}
                      width={x(to) - x(from) - 2}
                      y={y(correct)}
                      height={height - y(correct)}
                    />
                    <rect
                      className={classes.wrong}
                      x={x(from) + 1}
                      width={x(to) - x(from) - 2}
                      y={y(images)}
                      height={y(correct) - y(images)}
                    />
                  </g>
                ))
              }
            </Plot>
            <Text c="dimmed">
              <span className={classes.key}>
                <span className={classes.swatch} style={{ background: 'var(--hub-bar)' }} />
                correct
              </span>
              <span className={classes.key}>
                <span className={classes.swatch} style={{ background: 'var(--hub-bad)' }} />
                wrong
              </span>
            </Text>
          </section>
        </div>
      )}
    </section>
  );
}

function sentenceOf(bins: readonly Bin[]): string {
  const images = sum(bins.map((bin) => bin.images));
  const accuracy = sum(bins.map(({ correct }) => correct)) / images;
  const confidence = sum(bins.map((bin) => bin.images * (bin.meanConfidence ?? 0))) / images;
  const means = `mean confidence ${formatShare(confidence)}, accuracy ${formatShare(accuracy)}`;
  const gap = confidence - accuracy;
  if (Math.abs(gap) < 0.01) return `Confidence and accuracy agree on average: ${means}.`;
  return gap > 0 ? `Overconfident on average: ${means}.` : `Underconfident on average: ${means}.`;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The next even number of the kind 2, 4, 6, 10, 20, 40, … */
function niceAbove(value: number): number {
  for (let unit = 2; ; unit *= 10) {
    for (const times of [1, 2, 3, 5]) if (times * unit >= value) return times * unit;
  }
}
