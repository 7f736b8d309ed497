import { Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatBytes, formatSeconds, formatShare } from '../../lib/format';
import { showValue, titleOf } from '../../lib/hyperparameter';
import { KIND_NAMES, namesOf } from '../../lib/runs';
import { ScrollBox } from '../../ui/ScrollBox';
import { colorOf } from '../runs/colors';
import { RunLink } from '../runs/RunLink';
import { StateMark } from '../runs/StateMark';
import classes from './CompareTable.module.css';

export const COMPARE_TABLE = graphql(`
  fragment CompareTable_comparison on RunComparison {
    sameData sameBackbone sameEngine
    recipe { name values }
    metrics { name values deltas }
    runs { id name note owner { name } state kind backboneName tags datasetVersion { id dataset number } }
  }
`);

interface Metric {
  readonly label: string;
  readonly show: (value: number) => string;
  /** Format of a difference, if it is another one. */
  readonly difference?: (value: number) => string;
  /** The better end; null if neither is. */
  readonly best: 'highest' | 'lowest' | null;
}

const share = (value: number): string => formatShare(value, 2);
const points = (value: number): string => `${(100 * value).toFixed(2)} points`;
const loss = (value: number): string => value.toFixed(4);
const METRICS: Readonly<Record<string, Metric>> = {
  testAccuracy: { label: 'Test accuracy', show: share, difference: points, best: 'highest' },
  testLoss: { label: 'Test loss', show: loss, best: 'lowest' },
  validationAccuracy: { label: 'Validation accuracy', show: share, difference: points, best: 'highest' },
  validationLoss: { label: 'Validation loss', show: loss, best: 'lowest' },
  epochs: { label: 'Epochs', show: String, best: null },
  featureSeconds: { label: 'Feature time', show: formatSeconds, best: 'lowest' },
  trainingSeconds: { label: 'Training time', show: formatSeconds, best: 'lowest' },
  evaluationSeconds: { label: 'Test time', show: formatSeconds, best: 'lowest' },
  peakMemoryBytes: { label: 'Peak memory', show: (bytes) => formatBytes(bytes), best: 'lowest' },
};

/** Metrics of all epochs, whichever is kept. The API has them for one more version. */
const NOT_SHOWN = ['bestValidationAccuracy', 'bestValidationLoss'];

/** Runs as columns: their metrics, and the fields in which their recipes differ. */
export function CompareTable({ comparison: of }: { readonly comparison: FragmentOf<typeof COMPARE_TABLE> }) {
  const { runs, metrics, recipe, sameData, sameBackbone, sameEngine } = readFragment(COMPARE_TABLE, of);
  const shown = metrics.filter(({ name }) => !NOT_SHOWN.includes(name));
  const notes = [
    sameData ? null : 'The runs were tested on different images: their metrics are not comparable.',
    sameBackbone ? null : 'The runs have different backbones.',
    sameEngine ? null : 'The runs used different engines.',
  ].filter((note) => note !== null);
  const names = namesOf(runs);
  const row = (name: string, cells: readonly ReactNode[]): ReactNode => (
    <Table.Tr key={name}>
      <Table.Th scope="row">{name}</Table.Th>
      {cells.map((cell, i) => (
        <Table.Td key={runs[i]?.id} className="number" data-run={names[i]}>
          <span>{cell}</span>
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
      <ScrollBox label="Runs side by side">
        <Table
          aria-label="Runs side by side"
          highlightOnHover
          className={classes.table ?? ''}
          style={{ '--least': `${120 + 110 * runs.length}px` } as React.CSSProperties}
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Run</Table.Th>
              {runs.map(({ id, name }, place) => (
                <Table.Th key={id} className="number">
                  <span className={classes.swatch} style={{ background: colorOf(place) }} />
                  <RunLink id={id} name={name} />
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
              runs.map(({ kind }) => KIND_NAMES[kind]),
            )}
            {row(
              'Data',
              runs.map(({ datasetVersion: { dataset, number } }) => `${dataset} ${number}`),
            )}
            {row(
              'Backbone',
              runs.map(({ backboneName }) => backboneName),
            )}
            {row(
              'Owner',
              runs.map(({ owner }) => owner?.name ?? 'unknown'),
            )}
            {runs.some(({ note }) => note !== null) &&
              row(
                'Note',
                runs.map(({ note }) => note),
              )}
            {runs.some(({ tags }) => tags.length > 0) &&
              row(
                'Tags',
                runs.map(({ tags }) => tags.join(', ')),
              )}
          </Table.Tbody>
          <Table.Tbody>
            <Heading text="Metrics, and their difference from the first run" span={runs.length + 1} />
            {shown.map(({ name, values, deltas }) => {
              const about: Metric = METRICS[name] ?? { label: name, show: String, best: null };
              const best = bestOf(values, about.best);
              const cells = values.map((value, i) => (
                <MetricCell
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
            <Heading text={recipe.length === 0 ? 'Identical recipes' : 'Recipe differences'} span={runs.length + 1} />
            {recipe.map(({ name, values }) =>
              row(
                titleOf(name),
                values.map((value) => showValue(value)),
              ),
            )}
          </Table.Tbody>
        </Table>
      </ScrollBox>
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

interface MetricCellProps {
  readonly about: Metric;
  readonly value: number | null;
  /** Difference from the first run; null if not shown. */
  readonly delta: number | null;
  readonly best: boolean;
}

function MetricCell({ about: { show, difference = show }, value, delta, best }: MetricCellProps) {
  if (value === null) return 'none';
  return (
    <>
      {best ? <strong title="Best">{show(value)}</strong> : show(value)}
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
  return best === 'highest' ? Math.max(...known) : Math.min(...known);
}
