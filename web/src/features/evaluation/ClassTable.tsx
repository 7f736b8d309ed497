import { Table, Text, Title } from '@mantine/core';
import { type FragmentOf, readFragment } from '../../graphql';
import { columnOf, sumOf } from '../../lib/confusion';
import { formatCount, formatShare } from '../../lib/format';
import { shareInterval } from '../../lib/intervals';
import { WideTable } from '../../ui/WideTable';
import classes from './Evaluation.module.css';
import { CLASS_TABLE } from './fragments';

/** Every class, the worst first, with how sure the figures are. */
export function ClassTable({ run: of }: { readonly run: FragmentOf<typeof CLASS_TABLE> }) {
  const { confusion, perClass, macroAverage } = readFragment(CLASS_TABLE, of);
  if (!confusion || !perClass) return null;
  const rows = perClass
    .map((scores, i) => ({
      ...scores,
      right: confusion.counts[i]?.[i] ?? 0,
      taken: sumOf(columnOf(confusion, i)),
    }))
    .sort((a, b) => (a.f1 ?? -1) - (b.f1 ?? -1));
  return (
    <section aria-labelledby="classes">
      <Title order={2} id="classes" mt="lg" mb="xs">
        Classes
      </Title>
      <WideTable label="Figures by class, the worst first" minWidth={640}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Class</Table.Th>
            <Table.Th className="number">Images</Table.Th>
            <Table.Th>Recall: of its images, recognized (95 %)</Table.Th>
            <Table.Th>Precision: of those taken for it, right (95 %)</Table.Th>
            <Table.Th className="number">F1</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ label, support, right, taken, f1 }) => (
            <Table.Tr key={label}>
              <Table.Td>{label}</Table.Td>
              <Table.Td className="number">{formatCount(support)}</Table.Td>
              <Table.Td>
                <Share hits={right} of={support} />
              </Table.Td>
              <Table.Td>
                <Share hits={right} of={taken} />
              </Table.Td>
              <Table.Td className="number">{f1 === null ? 'none' : f1.toFixed(3)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
      {macroAverage && (
        <Text c="dimmed" mt="xs">
          Mean over the classes: recall {words(macroAverage.recall)}, precision {words(macroAverage.precision)}, F1{' '}
          {macroAverage.f1 === null ? 'none' : macroAverage.f1.toFixed(3)}.
        </Text>
      )}
    </section>
  );
}

const words = (share: number | null): string => (share === null ? 'none' : formatShare(share, 2));

/** A share as a bar, with the line on which it may lie. */
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
