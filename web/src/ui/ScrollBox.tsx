import type { ReactNode } from 'react';
import classes from './ScrollBox.module.css';

/** What scrolls sideways where the page is narrower than `minWidth`, in pixels; by keys as well. */
export function ScrollBox({
  label,
  minWidth,
  children,
}: {
  readonly label: string;
  readonly minWidth?: number;
  readonly children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section className={classes.box} tabIndex={0} aria-label={label}>
      <div style={{ minWidth }}>{children}</div>
    </section>
  );
}
