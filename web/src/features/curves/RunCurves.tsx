import { Anchor, Group, NativeSelect, Switch, Text } from '@mantine/core';
import { useMemo } from 'react';
import { type FragmentOf, readFragment } from '../../graphql';
import { bestEpoch, type CurvesOf, curvesOf } from '../../lib/curves';
import { formatShare } from '../../lib/format';
import type { RunView } from '../../lib/run-view';
import { namesOf } from '../../lib/runs';
import { LineChart } from '../../ui/LineChart';
import { colorVariable } from '../runs/colors';
import { EpochTable } from './EpochTable';
import { RUN_CURVES } from './fragments';
import classes from './RunCurves.module.css';

const SMOOTHING = [
  { value: '0', label: 'Off' },
  { value: '0.5', label: 'Light (0.5)' },
  { value: '0.8', label: 'Medium (0.8)' },
  { value: '0.95', label: 'Strong (0.95)' },
];

interface Props {
  /** One run, or several to compare. */
  readonly runs: readonly FragmentOf<typeof RUN_CURVES>[];
  readonly view: RunView;
  readonly show: (change: Partial<RunView>) => void;
}

/** Loss and accuracy by epoch. */
export function RunCurves({ runs: of, view: { zoom, smooth, log, table }, show }: Props) {
  const runs = readFragment(RUN_CURVES, of);
  const named = useMemo(
    () =>
      namesOf(runs).map((name, i): CurvesOf => {
        return { name: runs.length > 1 ? name : '', color: colorVariable(i), epochs: runs[i]?.epochs ?? [] };
      }),
    [runs],
  );
  const loss = useMemo(() => curvesOf(named, 'Loss', smooth), [named, smooth]);
  const accuracy = useMemo(() => curvesOf(named, 'Accuracy', smooth), [named, smooth]);
  const [only] = runs.length === 1 ? runs : [];
  if (loss.x.length === 0) return <Text c="dimmed">The curves appear after the first epoch.</Text>;
  const best = only && (only.keptEpoch ?? bestEpoch(only.epochs));
  const mark = best ? { x: best, text: only.keptEpoch ? `kept: epoch ${best}` : `best so far: epoch ${best}` } : null;
  const shared = { zoom, mark, onZoom: (to: RunView['zoom']) => show({ zoom: to }), sync: 'epochs' };
  return (
    <section aria-label="Curves">
      <Group gap="lg" mb="xs">
        <NativeSelect
          size="xs"
          label="Smoothing"
          className={classes.inline ?? ''}
          data={SMOOTHING}
          value={`${smooth}`}
          onChange={({ currentTarget }) => show({ smooth: Number(currentTarget.value) })}
        />
        <Switch
          size="xs"
          label="Log scale for loss"
          checked={log}
          onChange={({ currentTarget }) => show({ log: currentTarget.checked })}
        />
        <Switch
          size="xs"
          label="Show as a table"
          checked={table}
          onChange={({ currentTarget }) => show({ table: currentTarget.checked })}
        />
        {zoom ? (
          <Text>
            Epochs {zoom[0]} to {zoom[1]}{' '}
            <Anchor component="button" type="button" onClick={() => show({ zoom: null })}>
              Show all
            </Anchor>
          </Text>
        ) : (
          <Text c="dimmed" visibleFrom="sm">
            Drag in a chart to zoom
          </Text>
        )}
      </Group>
      {table ? (
        <EpochTable runs={named} zoom={zoom} />
      ) : (
        <div className={classes.charts}>
          <section>
            <h2 className={classes.title}>Loss</h2>
            <LineChart
              {...shared}
              {...loss}
              log={log}
              format={(value) => value.toPrecision(4)}
              label={sentence('Loss', named)}
            />
          </section>
          <section>
            <h2 className={classes.title}>Accuracy</h2>
            <LineChart
              {...shared}
              {...accuracy}
              format={(value) => formatShare(value)}
              label={sentence('Accuracy', named)}
            />
          </section>
        </div>
      )}
    </section>
  );
}

function sentence(figure: 'Loss' | 'Accuracy', runs: readonly CurvesOf[]): string {
  const parts = runs.map(({ name, epochs }) => {
    const [first, last] = [epochs[0], epochs.at(-1)];
    if (!first || !last) return `${name} no epoch yet`;
    const [from, to] = [first[`validation${figure}`].toFixed(3), last[`validation${figure}`].toFixed(3)];
    return `${name} validation from ${from} in epoch ${first.epoch} to ${to} in epoch ${last.epoch}`.trim();
  });
  return `${figure} by epoch: ${parts.join('; ')}.`;
}
