import { Group, Switch, Text, Title } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Line } from '../../lib/run-feed';
import classes from './RunLog.module.css';

/** Pixels from the end that still count as the end. */
const NEAR = 8;

const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** The log of a run. Follows its end until one scrolls up. */
export function RunLog({ lines }: { readonly lines: readonly Line[] }) {
  const box = useRef<HTMLPreElement>(null);
  const [follows, setFollows] = useState(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls to every new line
  useEffect(() => {
    if (follows && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, follows]);
  const onScroll = (): void => {
    const { current } = box;
    if (current) setFollows(current.scrollTop + current.clientHeight >= current.scrollHeight - NEAR);
  };
  return (
    <section aria-labelledby="log">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="log">
          Log
        </Title>
        <Switch
          size="xs"
          label="Follow"
          checked={follows}
          onChange={({ currentTarget }) => setFollows(currentTarget.checked)}
        />
      </Group>
      {lines.length === 0 ? (
        <Text c="dimmed">No log yet.</Text>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolling needs keyboard access
        <pre ref={box} className={classes.log} role="log" aria-labelledby="log" tabIndex={0} onScroll={onScroll}>
          {lines.map(({ at, text }) => `${clock.format(new Date(at))}  ${text}\n`).join('')}
        </pre>
      )}
    </section>
  );
}
