import { Button, Group } from '@mantine/core';
import { formatShare } from '../../lib/format';
import { marginText } from '../../lib/sureness';
import { nameOfTarget, type Target } from '../../lib/target';
import { Bars } from '../../ui/Bars';
import { askText } from './ask-text';
import { type Ask, ask, type Photo } from './photos';
import classes from './ResultCard.module.css';

/** A photo, and what each of those that were asked says of it. */
export function ResultCard({ photo, targets }: { readonly photo: Photo; readonly targets: readonly Target[] }) {
  return (
    <article className={classes.card} aria-label={`What ${photo.name} shows`}>
      <div>
        <img className={classes.picture} src={photo.picture} alt={photo.name} />
        <p className={classes.name}>{photo.name}</p>
      </div>
      {targets.map((target) => {
        const name = nameOfTarget(target);
        return (
          <section key={name} aria-label={`Answer of ${name}`} aria-live="polite">
            <Said name={name} of={photo.asks[name]} retry={() => void ask(photo.id, target)} />
          </section>
        );
      })}
    </article>
  );
}

function Said({
  name,
  of,
  retry,
}: {
  readonly name: string;
  readonly of: Ask | undefined;
  readonly retry: () => void;
}) {
  if (of?.state !== 'answered') {
    return (
      <>
        <p className={classes.who}>{name}</p>
        <p className={of?.state === 'failed' ? classes.failed : undefined}>{askText(of)}</p>
        {of?.state === 'failed' && (
          <Group>
            <Button size="xs" variant="default" onClick={retry}>
              Try again
            </Button>
          </Group>
        )}
      </>
    );
  }
  const { label, confidence, inDistribution, top, modelVersion, milliseconds } = of.answer;
  return (
    <>
      <p className={classes.who}>
        {name}: version {modelVersion}, {milliseconds.toFixed(0)} ms
      </p>
      <p className={classes.winner}>
        {label} {formatShare(confidence)}
      </p>
      <p>{marginText(of.answer)}</p>
      {inDistribution === false && <p>Unlike the training images: perhaps none of these classes.</p>}
      <Bars
        label="Most probable classes"
        of={1}
        bars={top.map((each) => ({ label: each.label, value: each.probability, text: formatShare(each.probability) }))}
      />
    </>
  );
}
