import type { ReactNode } from 'react';
import classes from './ScrollBox.module.css';

/** Scrolls sideways where the page is narrower than `minWidth` pixels; also by keyboard. */
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
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolling needs keyboard access
    <section className={classes.box} tabIndex={0} aria-label={label}>
      <div style={{ minWidth }}>{children}</div>
    </section>
  );
}
