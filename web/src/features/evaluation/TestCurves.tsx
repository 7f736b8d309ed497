import { useQuery } from '@apollo/client/react';
import { Switch, Text, Title } from '@mantine/core';
import { useSearchParams } from 'react-router';
import { graphql, type ResultOf } from '../../graphql';
import { formatCount, formatShare } from '../../lib/format';
import { presentParams } from '../../lib/present-params';
import { Answer } from '../../ui/Answer';
import { DataTable } from '../../ui/DataTable';
import { type Axis, Plot } from '../../ui/Plot';
import { colorOf } from '../runs/colors';
import { Calibration } from './Calibration';
import { SLICES, Slices } from './Slices';
import classes from './TestCurves.module.css';

const EVALUATION = graphql(
  `
  query RunEvaluation($id: ID!, $temperature: Float!) {
    runEvaluation(id: $id, temperature: $temperature) {
      images
      missing
      savedSlices { name text missing result { ...Slices_slice } }
      slices(first: 50) { ...Slices_slice }
      reliability { calibrationError bins { from to images correct meanConfidence } }
      curves {
        macroRocArea
        macroAveragePrecision
        macroRoc { x y }
        classes(first: 200) {
          label images rocArea averagePrecision
          roc { x y }
          precisionRecall { x y }
        }
      }
    }
  }
`,
  [SLICES],
);

type Evaluation = NonNullable<ResultOf<typeof EVALUATION>['runEvaluation']>;
type Curves = NonNullable<Evaluation['curves']>;
type ClassCurves = Curves['classes'][number];

/** Classes drawn at first, the worst ones, and as many as there are different colors. */
const DRAWN = 6;
const MOST = 12;
/** Parameters of the URL: the drawn classes, and whether tables replace the charts. */
const CLASS = 'curve';
const TABLE = 'curve-table';

const share = (title: string): Axis => ({
  title,
  from: 0,
  to: 1,
  ticks: [0, 0.25, 0.5, 0.75, 1],
  format: (value) => value.toFixed(2).replace(/0$/, ''),
});

const figure = (value: number | null): string => (value === null ? 'none' : value.toFixed(3));

interface Props {
  readonly runId: string;
  /** Of a model version's calibration; 1 for the network's own answers. */
  readonly temperature?: number;
}

/** Curves of the classes over all thresholds, and the calibration, on the test images. */
export function TestCurves({ runId, temperature = 1 }: Props) {
  const asked = useQuery(EVALUATION, { variables: { id: runId, temperature } });
  const [params, setParams] = useSearchParams();
  const table = params.has(TABLE);
  const setTable = (on: boolean): void => {
    const next = new URLSearchParams(presentParams());
    if (on) next.set(TABLE, '');
    else next.delete(TABLE);
    setParams(next, { replace: true, preventScrollReset: true });
  };
  return (
    <Answer of={asked}>
      {({ runEvaluation }) => {
        if (!runEvaluation) return <Text c="dimmed">This run has no answers for test images.</Text>;
        const { curves, missing, reliability, slices, savedSlices } = runEvaluation;
        return (
          <>
            <section aria-labelledby="class-curves">
              <div className={classes.head}>
                <Title order={2} id="class-curves">
                  Curves by class
                </Title>
                <Switch
                  size="xs"
                  label="Show as tables"
                  checked={table}
                  onChange={({ currentTarget }) => setTable(currentTarget.checked)}
                />
              </div>
              {!curves && <Text c="dimmed">Not recorded. {missing}</Text>}
              {curves && (table ? <CurveTable of={curves} /> : <CurveCharts of={curves} />)}
            </section>
            {reliability && <Calibration of={reliability} table={table} calibrated={temperature !== 1} />}
            {slices && <Slices of={slices} saved={savedSlices ?? []} />}
          </>
        );
      }}
    </Answer>
  );
}

function CurveTable({ of: { classes: all, macroRocArea, macroAveragePrecision } }: { readonly of: Curves }) {
  return (
    <DataTable
      label="Curves by class"
      heads={['Class', ' Images', ' ROC area', ' Average precision']}
      rows={[
        { key: '', cells: ['Mean of classes', null, figure(macroRocArea), figure(macroAveragePrecision)] },
        ...all.map(({ label, images, rocArea, averagePrecision }) => ({
          key: `class ${label}`,
          cells: [label, formatCount(images), figure(rocArea), figure(averagePrecision)],
        })),
      ]}
    />
  );
}

function CurveCharts({ of }: { readonly of: Curves }) {
  const { classes: all, macroRoc, macroRocArea, macroAveragePrecision } = of;
  const [params, setParams] = useSearchParams();
  const asked = params.getAll(CLASS);
  const chosen = asked.length > 0 ? asked : all.slice(0, DRAWN).map(({ label }) => label);
  const drawn = all
    .map((curves, place) => ({ ...curves, color: colorOf(place) }))
    .filter(({ label }) => chosen.includes(label))
    .slice(0, MOST);
  const toggle = (label: string): void => {
    const now = drawn.map((curves) => curves.label);
    const then = now.includes(label) ? now.filter((other) => other !== label) : [...now, label];
    const next = new URLSearchParams(presentParams());
    next.delete(CLASS);
    for (const name of then.length > 0 ? then : ['']) next.append(CLASS, name); // an empty name: none
    setParams(next, { replace: true, preventScrollReset: true });
  };
  const names = drawn.map(({ label }) => label).join(', ') || 'no class';
  return (
    <>
      <div className={classes.charts}>
        <section>
          <h3 className={classes.title}>ROC, one class against the rest</h3>
          <Plot
            label={`ROC curves of ${names}; mean area of all classes ${figure(macroRocArea)}.`}
            x={share('False positive rate')}
            y={share('True positive rate')}
          >
            {({ x, y }) => (
              <>
                <path className={classes.guess} d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} />
                {drawn.map(({ label, roc, color }) => (
                  <path key={label} className={classes.line} style={{ stroke: color }} d={lines(roc, x, y)} />
                ))}
                <path className={classes.mean} d={lines(macroRoc, x, y)} />
              </>
            )}
          </Plot>
        </section>
        <section>
          <h3 className={classes.title}>Precision and recall</h3>
          <Plot
            label={`Precision-recall curves of ${names}; mean average precision ${figure(macroAveragePrecision)}.`}
            x={share('Recall')}
            y={share('Precision')}
          >
            {({ x, y }) =>
              drawn.map(({ label, precisionRecall, color }) => (
                <path key={label} className={classes.line} style={{ stroke: color }} d={steps(precisionRecall, x, y)} />
              ))
            }
          </Plot>
        </section>
      </div>
      <ul className={classes.legend} aria-label="Classes, lowest average precision first">
        <li className={classes.all}>
          <svg width="18" height="8" aria-hidden="true">
            <path className={classes.mean} d="M0 4h18" />
          </svg>
          Mean of classes
          <span className={classes.figures}>
            ROC {figure(macroRocArea)} · AP {figure(macroAveragePrecision)}
          </span>
        </li>
        {all.map(({ label, rocArea, averagePrecision }, place) => {
          const isDrawn = drawn.some((curves) => curves.label === label);
          return (
            <li key={label}>
              <button
                type="button"
                aria-pressed={isDrawn}
                disabled={!isDrawn && drawn.length >= MOST}
                onClick={() => toggle(label)}
              >
                <svg width="18" height="8" aria-hidden="true">
                  <path className={classes.line} style={{ stroke: colorOf(place) }} d="M0 4h18" />
                </svg>
                {label}
                <span className={classes.figures}>
                  ROC {figure(rocArea)} · AP {figure(averagePrecision)}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      <Text c="dimmed" mt="xs">
        ROC: area under the curve, 0.5 for guessing. AP: average precision, {guessText(all)} for guessing. Choose up to{' '}
        {MOST} classes to draw.
      </Text>
    </>
  );
}

/** The share of a class, which guessing has as precision. */
function guessText(all: readonly ClassCurves[]): string {
  const total = all.reduce((sum, { images }) => sum + images, 0);
  const shares = all.map(({ images }) => images / total);
  const [least, most] = [Math.min(...shares), Math.max(...shares)].map((value) => formatShare(value));
  return least === most ? `${least}` : `${least} to ${most}`;
}

type Scale = (value: number) => number;

function lines(curve: ClassCurves['roc'], x: Scale, y: Scale): string {
  return curve ? `M${curve.x.map((at, i) => `${x(at).toFixed(1)} ${y(curve.y[i] ?? 0).toFixed(1)}`).join('L')}` : '';
}

/** Precision is that of the next threshold: nothing lies between two of them. */
function steps(curve: ClassCurves['precisionRecall'], x: Scale, y: Scale): string {
  if (!curve) return '';
  const parts = curve.x.map((at, i) => `V${y(curve.y[i] ?? 0).toFixed(1)}H${x(at).toFixed(1)}`);
  return `M${x(0).toFixed(1)} ${y(curve.y[0] ?? 0).toFixed(1)}${parts.join('')}`;
}
