import { Text, Title } from '@mantine/core';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatCount, formatShare } from '../../lib/format';
import { DataTable } from '../../ui/DataTable';

export const SLICES = graphql(`
  fragment Slices_slice on EvaluationSlice {
    kind name images accuracy low high meanConfidence calibrationError deviation
    mistake { trueClass predictedClass images }
  }
`);

/** Accuracy on test images that have something in common; the slices that deviate most come first. */
export function Slices({ of }: { readonly of: readonly FragmentOf<typeof SLICES>[] }) {
  const slices = readFragment(SLICES, of);
  if (slices.length === 0) return null;
  return (
    <section aria-labelledby="slices">
      <Title order={2} id="slices">
        Slices
      </Title>
      <Text c="dimmed">
        Test images by class, size, brightness, column of the table of labels and source. Deviation: difference from all
        other test images in standard errors; by chance alone one slice in twenty is beyond 2 or −2.
      </Text>
      <DataTable
        label="Slices"
        heads={[
          'Test images',
          ' Images',
          ' Accuracy (95% CI)',
          ' Mean confidence',
          ' Calibration error',
          ' Deviation',
          'Most frequent mistake',
        ]}
        rows={slices.map(
          ({ kind, name, images, accuracy, low, high, meanConfidence, calibrationError, deviation, mistake }) => ({
            key: `${kind} ${name}`,
            cells: [
              kind === 'CLASS' ? `class ${name}` : name,
              formatCount(images),
              `${formatShare(accuracy)} (${formatShare(low)} to ${formatShare(high)})`,
              meanConfidence === null ? '–' : formatShare(meanConfidence),
              calibrationError === null ? '–' : formatShare(calibrationError),
              formatDeviation(deviation),
              mistake &&
                `${mistake.trueClass} as ${mistake.predictedClass}, ${formatCount(mistake.images)} ${mistake.images === 1 ? 'image' : 'images'}`,
            ],
          }),
        )}
      />
    </section>
  );
}

/** -2.31 is −2.3, with a true minus sign. */
const formatDeviation = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
