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
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for the controls of a form
    <div className={classes.box} tabIndex={0} role="group" aria-label={label}>
      <div style={{ minWidth }}>{children}</div>
    </div>
  );
}
