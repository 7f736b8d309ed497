import { Progress, Text } from '@mantine/core';
import { formatBytes, formatCount, formatSeconds, formatShare } from '../../lib/format';
import type { Feed, Progress as Standing } from '../../lib/run-feed';
import { Sparkline } from '../../ui/Sparkline';
import classes from './RunProgress.module.css';

const PHASES: Readonly<Record<Standing['phase'], string>> = {
  BACKBONE: 'Fetching the backbone',
  FEATURES: 'Computing features',
  TRAINING: 'Training',
  EVALUATION: 'Testing',
};

/** What a run that is under way is doing, how long that still takes, and what it takes of the machine. */
export function RunProgress({
  feed: { progress, system },
  epoch,
  epochs,
}: {
  readonly feed: Feed;
  readonly epoch: number;
  readonly epochs: number;
}) {
  const use = system.at(-1);
  return (
    <section className={classes.progress} aria-label="Progress">
      <div>
        <Text fw={600}>
          {progress ? PHASES[progress.phase] : 'Starting'} · epoch {Math.min(epoch, epochs)} of {epochs}
        </Text>
        <Progress
          value={progress ? (100 * progress.done) / progress.total : 0}
          aria-label={progress ? PHASES[progress.phase] : 'Starting'}
          my="xs"
        />
        <Text c="dimmed">{progress ? standing(progress) : 'The training process is being started.'}</Text>
      </div>
      {use && (
        <dl className={classes.system}>
          <dt>Processor</dt>
          <dd>
            <Sparkline values={system.map(({ cpuShare }) => cpuShare)} />
            {formatShare(use.cpuShare, 0)} of all cores
          </dd>
          <dt>Memory</dt>
          <dd>
            {formatBytes(use.memoryBytes)}, {formatBytes(use.freeMemoryBytes)} free
          </dd>
        </dl>
      )}
    </section>
  );
}

function standing({ phase, done, total, secondsLeft }: Standing): string {
  const format = phase === 'BACKBONE' ? formatBytes : formatCount;
  const left = secondsLeft === null ? '' : `, about ${formatSeconds(secondsLeft)} left of this`;
  return `${format(done)} of ${format(total)} (${formatShare(done / total, 0)})${left}`;
}
