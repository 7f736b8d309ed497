import { Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatBytes, formatSeconds, formatShare } from '../../lib/format';
import { showValue } from '../../lib/hyperparameter';
import { WideTable } from '../../ui/WideTable';
import { colourOf } from '../runs/colours';
import { RunLink } from '../runs/RunLink';
import { StateMark } from '../runs/StateMark';
import classes from './CompareTable.module.css';

export const COMPARE_TABLE = graphql(`
  fragment CompareTable_comparison on RunComparison {
    sameData sameBackbone sameEngine
    recipe { name values }
    metrics { name values deltas }
    runs { id state kind backboneName tags datasetVersion { id dataset number } }
  }
`);

interface Metric {
  readonly label: string;
  readonly show: (value: number) => string;
  /** A difference, where that is told in another way. */
  readonly difference?: (value: number) => string;
  /** Which end is good; null where neither is. */
  readonly best: 'most' | 'least' | null;
}

const share = (value: number): string => formatShare(value, 2);
const points = (value: number): string => `${(100 * value).toFixed(2)} points`;
const loss = (value: number): string => value.toFixed(4);
const METRICS: Readonly<Record<string, Metric>> = {
  testAccuracy: { label: 'Test accuracy', show: share, difference: points, best: 'most' },
  testLoss: { label: 'Test loss', show: loss, best: 'least' },
  bestValidationAccuracy: { label: 'Best validation accuracy', show: share, difference: points, best: 'most' },
  bestValidationLoss: { label: 'Least validation loss', show: loss, best: 'least' },
  epochs: { label: 'Epochs', show: String, best: null },
  featureSeconds: { label: 'Features took', show: formatSeconds, best: 'least' },
  trainingSeconds: { label: 'Training took', show: formatSeconds, best: 'least' },
  evaluationSeconds: { label: 'Testing took', show: formatSeconds, best: 'least' },
  peakMemoryBytes: { label: 'Largest memory', show: (bytes) => formatBytes(bytes), best: 'least' },
};

/** Runs as columns: what they came to, and where their recipes differ. */
export function CompareTable({ comparison: of }: { readonly comparison: FragmentOf<typeof COMPARE_TABLE> }) {
  const { runs, metrics, recipe, sameData, sameBackbone, sameEngine } = readFragment(COMPARE_TABLE, of);
  const notes = [
    sameData ? null : 'They are not measured on the same images: figures cannot be compared one to one.',
    sameBackbone ? null : 'They do not have the same backbone.',
    sameEngine ? null : 'They were not computed by the same engine.',
  ].filter((note) => note !== null);
  const row = (name: string, cells: readonly ReactNode[]): ReactNode => (
    <Table.Tr key={name}>
      <Table.Th scope="row">{name}</Table.Th>
      {cells.map((cell, i) => (
        <Table.Td key={runs[i]?.id} className="number">
          {cell}
        </Table.Td>
      ))}
    </Table.Tr>
  );
  return (
    <>
      {notes.map((note) => (
        <Text key={note} mb="xs">
          {note}
        </Text>
      ))}
      <WideTable label="Runs side by side" minWidth={160 + 130 * runs.length}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Run</Table.Th>
            {runs.map(({ id }, place) => (
              <Table.Th key={id} className="number">
                <span className={classes.swatch} style={{ background: colourOf(place) }} />
                <RunLink id={id} />
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {row(
            'State',
            runs.map(({ state }) => <StateMark key={state} state={state} />),
          )}
          {row(
            'Kind',
            runs.map(({ kind }) => (kind === 'TRANSFER' ? 'Transfer' : 'Fine-tune')),
          )}
          {row(
            'Data',
            runs.map(({ datasetVersion: { dataset, number } }) => `${dataset} ${number}`),
          )}
          {row(
            'Backbone',
            runs.map(({ backboneName }) => backboneName),
          )}
          {runs.some(({ tags }) => tags.length > 0) &&
            row(
              'Tags',
              runs.map(({ tags }) => tags.join(', ')),
            )}
        </Table.Tbody>
        <Table.Tbody>
          <Heading text="Figures, and their difference from the first run" span={runs.length + 1} />
          {metrics.map(({ name, values, deltas }) => {
            const about: Metric = METRICS[name] ?? { label: name, show: String, best: null };
            const best = bestOf(values, about.best);
            const cells = values.map((value, i) => (
              <Figure
                key={runs[i]?.id}
                about={about}
                value={value}
                delta={i === 0 ? null : (deltas[i] ?? null)}
                best={value !== null && value === best}
              />
            ));
            return row(about.label, cells);
          })}
        </Table.Tbody>
        <Table.Tbody>
          <Heading
            text={recipe.length === 0 ? 'Their recipes are the same' : 'Where their recipes differ'}
            span={runs.length + 1}
          />
          {recipe.map(({ name, values }) =>
            row(
              name,
              values.map((value) => showValue(value)),
            ),
          )}
        </Table.Tbody>
      </WideTable>
    </>
  );
}

function Heading({ text, span }: { readonly text: string; readonly span: number }) {
  return (
    <Table.Tr>
      <Table.Th colSpan={span} scope="colgroup" className={classes.heading ?? ''}>
        {text}
      </Table.Th>
    </Table.Tr>
  );
}

interface FigureProps {
  readonly about: Metric;
  readonly value: number | null;
  /** From the first run; null where that is not to be said. */
  readonly delta: number | null;
  readonly best: boolean;
}

function Figure({ about: { show, difference = show }, value, delta, best }: FigureProps) {
  if (value === null) return 'none';
  return (
    <>
      {best ? <strong title="The best">{show(value)}</strong> : show(value)}
      {delta !== null && (
        <Text span inherit c="dimmed" className={classes.delta ?? ''}>
          {delta === 0 ? '±0' : `${delta > 0 ? '+' : '−'}${difference(Math.abs(delta))}`}
        </Text>
      )}
    </>
  );
}

function bestOf(values: readonly (number | null)[], best: Metric['best']): number | null {
  const known = values.filter((value) => value !== null);
  if (best === null || new Set(known).size < 2) return null;
  return best === 'most' ? Math.max(...known) : Math.min(...known);
}
