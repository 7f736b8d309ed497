import { Text, Title } from '@mantine/core';
import { type FragmentOf, graphql, type ResultOf, readFragment } from '../../graphql';
import { formatCount, formatShare } from '../../lib/format';
import { DataTable } from '../../ui/DataTable';

export const SLICES = graphql(`
  fragment Slices_slice on EvaluationSlice {
    kind name images accuracy low high meanConfidence calibrationError deviation
    mistake { trueClass predictedClass images }
  }
`);

interface Saved {
  readonly name: string;
  /** Its conditions in words. */
  readonly text: string;
  readonly missing: string | null;
  /** Null without test images in it. */
  readonly result: FragmentOf<typeof SLICES> | null;
}
type Slice = ResultOf<typeof SLICES>;

/** Accuracy on saved slices, and on test images that have something in common, of which those that deviate most come first. */
export function Slices({
  of,
  saved,
}: {
  readonly of: readonly FragmentOf<typeof SLICES>[];
  readonly saved: readonly Saved[];
}) {
  const slices = readFragment(SLICES, of);
  if (slices.length === 0 && saved.length === 0) return null;
  return (
    <section aria-labelledby="slices">
      <Title order={2} id="slices">
        Slices
      </Title>
      <Text c="dimmed">
        Test images by class, size, brightness, column of the table of labels and source. Deviation: difference from all
        other test images in standard errors; by chance alone one slice in twenty is beyond 2 or −2.
      </Text>
      {saved.length > 0 && (
        <DataTable
          label="Saved slices"
          heads={['Saved slice', ...HEADS]}
          rows={saved.map(({ name, text, missing, result }) => ({
            key: name,
            cells: [`${name}: ${text}`, ...(result ? figures(readFragment(SLICES, result)) : unknown(missing))],
          }))}
        />
      )}
      <DataTable
        label="Slices"
        heads={['Test images', ...HEADS]}
        rows={slices.map((slice) => ({
          key: `${slice.kind} ${slice.name}`,
          cells: [slice.kind === 'CLASS' ? `class ${slice.name}` : slice.name, ...figures(slice)],
        }))}
      />
    </section>
  );
}

const HEADS = [
  ...[' Images', ' Accuracy (95% CI)', ' Mean confidence', ' Calibration error', ' Deviation'],
  'Most frequent mistake',
];

function figures({ images, accuracy, low, high, meanConfidence, calibrationError, deviation, mistake }: Slice) {
  return [
    formatCount(images),
    `${formatShare(accuracy)} (${formatShare(low)} to ${formatShare(high)})`,
    meanConfidence === null ? '–' : formatShare(meanConfidence),
    calibrationError === null ? '–' : formatShare(calibrationError),
    formatDeviation(deviation),
    mistake &&
      `${mistake.trueClass} as ${mistake.predictedClass}, ${formatCount(mistake.images)} ${mistake.images === 1 ? 'image' : 'images'}`,
  ];
}

/** The cells of a slice without figures. */
const unknown = (missing: string | null) => ['0', '–', '–', '–', '–', missing ?? 'No test images'];

/** -2.31 is −2.3, with a true minus sign. */
const formatDeviation = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
