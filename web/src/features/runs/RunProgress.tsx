import { Progress, Text } from '@mantine/core';
import { formatBytes, formatCount, formatSeconds, formatShare } from '../../lib/format';
import type { Feed, Progress as RunPhase } from '../../lib/run-feed';
import { Sparkline } from '../../ui/Sparkline';
import classes from './RunProgress.module.css';

const PHASES: Readonly<Record<RunPhase['phase'], string>> = {
  BACKBONE: 'Downloading backbone',
  FEATURES: 'Computing features',
  TRAINING: 'Training',
  EVALUATION: 'Testing',
};

/** The phase of a running run, its remaining time, and its use of the machine. */
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
        <Text c="dimmed">{progress ? amountDone(progress) : 'The training process is starting.'}</Text>
      </div>
      {use && (
        <dl className={classes.system}>
          <dt>CPU</dt>
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

function amountDone({ phase, done, total, secondsLeft }: RunPhase): string {
  const all = phase === 'BACKBONE' ? formatBytes(total) : `${formatCount(total)} images`;
  const format = phase === 'BACKBONE' ? formatBytes : formatCount;
  const repeated = phase === 'TRAINING' ? ' over all epochs' : '';
  const left = secondsLeft === null ? '' : `, about ${formatSeconds(secondsLeft)} left in this phase`;
  return `${format(done)} of ${all}${repeated} (${formatShare(done / total, 0)})${left}`;
}
