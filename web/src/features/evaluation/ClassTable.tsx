import { Text, Title } from '@mantine/core';
import { type FragmentOf, readFragment } from '../../graphql';
import { columnOf, sumOf } from '../../lib/confusion';
import { formatCount, formatShare } from '../../lib/format';
import { shareInterval } from '../../lib/intervals';
import { DataTable } from '../../ui/DataTable';
import classes from './Evaluation.module.css';
import { CLASS_TABLE } from './fragments';

/** Metrics of every class with confidence intervals, worst first. */
export function ClassTable({ run: of }: { readonly run: FragmentOf<typeof CLASS_TABLE> }) {
  const { confusion, perClass, macroAverage } = readFragment(CLASS_TABLE, of);
  if (!confusion || !perClass) return null;
  const rows = perClass
    .map((scores, i) => ({
      ...scores,
      correct: confusion.counts[i]?.[i] ?? 0,
      predicted: sumOf(columnOf(confusion, i)),
    }))
    .sort((a, b) => (a.f1 ?? -1) - (b.f1 ?? -1));
  return (
    <section aria-labelledby="classes">
      <Title order={2} id="classes" mt="lg" mb="xs">
        Classes
      </Title>
      <DataTable
        label="Metrics by class, worst first"
        heads={['Class', ' Images', 'Recall (95% CI)', 'Precision (95% CI)', ' F1']}
        rows={rows.map(({ label, support, correct, predicted, f1 }) => ({
          key: label,
          cells: [
            label,
            formatCount(support),
            <Share key="recall" hits={correct} of={support} />,
            <Share key="precision" hits={correct} of={predicted} />,
            f1 === null ? 'none' : f1.toFixed(3),
          ],
        }))}
      />
      {macroAverage && (
        <Text c="dimmed" mt="xs">
          Mean over all classes: recall {shareText(macroAverage.recall)}, precision {shareText(macroAverage.precision)},
          F1 {macroAverage.f1 === null ? 'none' : macroAverage.f1.toFixed(3)}.
        </Text>
      )}
    </section>
  );
}

const shareText = (share: number | null): string => (share === null ? 'none' : formatShare(share, 2));

/** A share as a bar with its confidence interval. */
function Share({ hits, of }: { readonly hits: number; readonly of: number }) {
  const interval = shareInterval(hits, of);
  if (!interval) return <Text c="dimmed">none</Text>;
  const [low, high] = interval;
  return (
    <span className={classes.share}>
      <span className={classes.track} aria-hidden="true">
        <span className={classes.fill} style={{ width: `${(100 * hits) / of}%` }} />
        <span className={classes.interval} style={{ left: `${100 * low}%`, width: `${100 * (high - low)}%` }} />
      </span>
      <span className="number">{formatShare(hits / of)}</span>
      <Text span inherit c="dimmed" className="number">
        {formatShare(low, 0)} to {formatShare(high, 0)}
      </Text>
    </span>
  );
}
