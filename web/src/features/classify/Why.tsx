import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { send } from '../../app/send';
import { graphql, type ResultOf } from '../../graphql';
import type { Target } from '../../lib/target';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';
import classes from './ResultCard.module.css';

const EXPLAIN = graphql(`
  mutation Explain($image: Upload!, $model: String!, $alias: String! = "production", $version: Int, $label: String) {
    explain(image: $image, model: $model, alias: $alias, version: $version, label: $label) { label heatMap }
  }
`);
type Explanation = ResultOf<typeof EXPLAIN>['explain'];

/** Shows on request which areas of a photo support a class. */
export function Why({
  photo,
  target,
  label,
}: {
  readonly photo: Blob;
  readonly target: Target;
  readonly label: string;
}) {
  const [shown, setShown] = useState<Explanation | null>(null);
  const { busy, problem, run } = useTask();
  const explain = async (): Promise<void> =>
    setShown((await send(EXPLAIN, { image: null, ...target, label }, 'image', photo)).explain);
  if (shown) {
    return (
      <figure className={classes.why}>
        <img src={shown.heatMap} alt={`Areas that support ${shown.label}`} width={320} height={320} />
        <figcaption>Red areas support {shown.label} (Grad-CAM).</figcaption>
      </figure>
    );
  }
  return (
    <>
      <Group>
        <Button size="xs" variant="default" loading={busy} onClick={() => void run(explain)}>
          Why {label}?
        </Button>
      </Group>
      {problem && <Problem message={problem} />}
    </>
  );
}
