import { Button, Group } from '@mantine/core';
import { formatShare } from '../../lib/format';
import { marginText } from '../../lib/sureness';
import { nameOfTarget, type Target } from '../../lib/target';
import { Bars } from '../../ui/Bars';
import { precisionText } from '../models/form-text';
import { askText } from './ask-text';
import { Feedback } from './Feedback';
import { ask, type Photo } from './photos';
import classes from './ResultCard.module.css';
import { Why } from './Why';

/** Classes shown as bars. */
const BARS = 5;

/** A photo with the answer of each target. */
export function ResultCard({ photo, targets }: { readonly photo: Photo; readonly targets: readonly Target[] }) {
  return (
    <article className={classes.card} aria-label={`Answers for ${photo.name}`}>
      <div>
        <img className={classes.picture} src={photo.preview} alt={photo.name} />
        <p className={classes.name}>{photo.name}</p>
      </div>
      {targets.map((target) => {
        const name = nameOfTarget(target);
        return (
          <section key={name} aria-label={`Answer of ${name}`} aria-live="polite">
            <TargetAnswer key={photo.id} photo={photo} target={target} />
          </section>
        );
      })}
    </article>
  );
}

function TargetAnswer({ photo, target }: { readonly photo: Photo; readonly target: Target }) {
  const name = nameOfTarget(target);
  const of = photo.asks[name];
  if (of?.state !== 'answered') {
    return (
      <>
        <p className={classes.who}>{name}</p>
        <p className={of?.state === 'failed' ? classes.failed : undefined}>{askText(of)}</p>
        {of?.state === 'failed' && of.mayPassLater && (
          <Group>
            <Button size="xs" variant="default" onClick={() => void ask(photo.id, target)}>
              Try again
            </Button>
          </Group>
        )}
      </>
    );
  }
  const { label, confidence, inDistribution, top, modelVersion, milliseconds, predictionId } = of.answer;
  return (
    <>
      <p className={classes.who}>
        {name}: version {modelVersion}, {precisionText(of.answer)}, {milliseconds.toFixed(0)} ms
      </p>
      <p className={classes.winner}>
        {label} {formatShare(confidence)}
      </p>
      <p>{marginText(of.answer)}</p>
      {inDistribution === false && <p>Unlike the training images: it may show none of these classes.</p>}
      <Bars
        label="Most probable classes"
        of={1}
        bars={top
          .slice(0, BARS)
          .map((each) => ({ label: each.label, value: each.probability, text: formatShare(each.probability) }))}
      />
      <Why photo={photo.content} target={target} label={label} />
      {predictionId && <Feedback predictionId={predictionId} labels={top.map((each) => each.label).sort()} />}
    </>
  );
}
