import { useReactiveVar } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { connection } from './connection';
import classes from './LiveDot.module.css';

/** Whether the page is up to date. */
export function LiveDot() {
  const present = useReactiveVar(connection);
  const seconds = useSecondsSince(present.state === 'lost' ? present.since : null);
  const text = {
    connecting: 'Connecting…',
    live: 'Live',
    lost: `The hub does not answer; retrying. Last update ${seconds} s ago.`,
  }[present.state];
  return (
    <span className={classes.dot} data-state={present.state} role="status">
      {text}
    </span>
  );
}

function useSecondsSince(since: Date | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!since) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [since]);
  return since ? Math.max(0, Math.round((now - since.getTime()) / 1_000)) : 0;
}
