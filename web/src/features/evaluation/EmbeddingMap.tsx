import { useQuery } from '@apollo/client/react';
import { SegmentedControl, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { graphql, type ResultOf } from '../../graphql';
import { formatCount, formatShare } from '../../lib/format';
import { nearest, step } from '../../lib/nearest';
import { Answer } from '../../ui/Answer';
import { DataTable } from '../../ui/DataTable';
import { type Axis, Plot } from '../../ui/Plot';
import { colorOf } from '../runs/colors';
import { EmbeddedImage } from './EmbeddedImage';
import classes from './EmbeddingMap.module.css';

const EMBEDDING = graphql(`
  query RunEmbedding($id: ID!) {
    run(id: $id) { id datasetVersion { id } confusion { labels } }
    runEmbedding(id: $id) {
      total missing explained
      images { image name trueClass predictedClass confidence x y }
    }
  }
`);

type Embedding = NonNullable<ResultOf<typeof EMBEDDING>['runEmbedding']>;

/** Classes with a color of their own. */
const COLORED = 12;
/** Pixels from a point within which the pointer chooses it. */
const REACH = 16;
const HEIGHT = 480;

/** The test images of a run as points: by class, or by whether they were predicted right. */
export function EmbeddingMap({ runId }: { readonly runId: string }) {
  const asked = useQuery(EMBEDDING, { variables: { id: runId } });
  return (
    <Answer of={asked}>
      {({ run, runEmbedding }) => {
        if (!run || !runEmbedding) return <Text c="dimmed">This run has no answers for test images.</Text>;
        if (runEmbedding.missing !== null) return <Text c="dimmed">{runEmbedding.missing}</Text>;
        return <Shown of={runEmbedding} versionId={run.datasetVersion.id} labels={run.confusion?.labels ?? []} />;
      }}
    </Answer>
  );
}

interface Props {
  readonly of: Embedding;
  readonly versionId: string;
  readonly labels: readonly string[];
}

function Shown({ of: { total, images, explained }, versionId, labels }: Props) {
  const [by, setBy] = useState('class');
  const [table, setTable] = useState(false);
  const [chosen, setChosen] = useState<number | null>(null);
  const colors = new Map(labels.slice(0, COLORED).map((label, i) => [label, colorOf(i)]));
  const wrong = images.filter(({ trueClass, predictedClass }) => trueClass !== predictedClass).length;
  const image = chosen === null ? undefined : images[chosen];
  const [alongX = 0, alongY = 0] = explained;
  return (
    <>
      <div className={classes.tools}>
        <SegmentedControl
          size="xs"
          aria-label="Color by"
          data={[
            { value: 'class', label: 'Class' },
            { value: 'mistake', label: 'Mistakes' },
          ]}
          value={by}
          onChange={setBy}
        />
        <Switch
          size="xs"
          label="Show as a table"
          checked={table}
          onChange={({ currentTarget }) => setTable(currentTarget.checked)}
        />
      </div>
      {table ? (
        <ImageTable images={images} />
      ) : (
        <div className={classes.halves}>
          <Points
            images={images}
            label={`${formatCount(images.length)} test images by their features, ${formatCount(wrong)} of them predicted wrong.`}
            colorOf={({ trueClass, predictedClass }) =>
              by === 'class'
                ? (colors.get(trueClass) ?? 'var(--hub-bar)')
                : trueClass === predictedClass
                  ? 'var(--hub-held)'
                  : 'var(--hub-bad)'
            }
            chosen={chosen}
            onChoose={setChosen}
          />
          <div>
            {image ? (
              <EmbeddedImage of={image} versionId={versionId} />
            ) : (
              <Text c="dimmed">Point at an image, or move from one to the next with the arrow keys.</Text>
            )}
            <ul className={classes.legend} aria-label="Colors">
              {by === 'class' ? (
                <>
                  {labels.slice(0, COLORED).map((label, i) => (
                    <Key key={label} color={colorOf(i)} text={label} />
                  ))}
                  {labels.length > COLORED && <Key color="var(--hub-bar)" text="other classes" />}
                </>
              ) : (
                <>
                  <Key color="var(--hub-held)" text={`correct (${formatCount(images.length - wrong)})`} />
                  <Key color="var(--hub-bad)" text={`wrong (${formatCount(wrong)})`} />
                </>
              )}
            </ul>
          </div>
        </div>
      )}
      <Text c="dimmed" mt="xs">
        {images.length < total && `${formatCount(images.length)} of ${formatCount(total)} test images. `}
        Principal components of the features that the trained part gets, scaled to length 1; the two axes hold{' '}
        {formatShare(alongX)} and {formatShare(alongY)} of their variance. Close images have like features; distant
        parts of the map may still be alike in other directions.
      </Text>
    </>
  );
}

function Key({ color, text }: { readonly color: string; readonly text: string }) {
  return (
    <li>
      <span className={classes.swatch} style={{ background: color }} />
      {text}
    </li>
  );
}

type Image = Embedding['images'][number];

interface PointsProps {
  readonly images: readonly Image[];
  readonly label: string;
  readonly colorOf: (image: Image) => string;
  readonly chosen: number | null;
  readonly onChoose: (index: number) => void;
}

function Points({ images, label, colorOf, chosen, onChoose }: PointsProps) {
  return (
    <Plot label={label} x={around(images.map(({ x }) => x))} y={around(images.map(({ y }) => y))} height={HEIGHT} bare>
      {({ x, y, width, height }) => {
        const places = images.map((image) => ({ x: x(image.x), y: y(image.y) }));
        const at = chosen === null ? undefined : places[chosen];
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the chart has a name, and its table has all images
          <g
            tabIndex={0}
            className={classes.points}
            onPointerMove={({ currentTarget, clientX, clientY }) => {
              const { left, top } = (currentTarget.firstElementChild as Element).getBoundingClientRect();
              const found = nearest(places, { x: clientX - left, y: clientY - top }, REACH);
              if (found !== null) onChoose(found);
            }}
            onKeyDown={(event) => {
              const found = step(places, chosen, event.key);
              if (found === null) return;
              event.preventDefault();
              onChoose(found);
            }}
          >
            <rect className={classes.ground} width={width} height={height} />
            {images.map((image, i) => (
              <circle key={image.image} cx={places[i]?.x} cy={places[i]?.y} r={3} fill={colorOf(image)} />
            ))}
            {at && <circle className={classes.chosen} cx={at.x} cy={at.y} r={7} />}
          </g>
        );
      }}
    </Plot>
  );
}

/** An axis without a scale, as wide as the values. */
function around(values: readonly number[]): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const rim = 0.03 * (most - least || 1);
  return { title: '', from: least - rim, to: most + rim, ticks: [], format: String };
}

function ImageTable({ images }: { readonly images: readonly Image[] }) {
  const isWrong = ({ trueClass, predictedClass }: Image): number => Number(trueClass !== predictedClass);
  const sorted = [...images].sort((a, b) => isWrong(b) - isWrong(a) || b.confidence - a.confidence);
  return (
    <DataTable
      label="Images of the map"
      heads={['Image', 'Class', 'Predicted', ' Confidence', ' x', ' y']}
      rows={sorted.map(({ image, name, trueClass, predictedClass, confidence, x, y }) => ({
        key: `${image}`,
        cells: [name, trueClass, predictedClass, formatShare(confidence), x.toFixed(2), y.toFixed(2)],
      }))}
    />
  );
}
