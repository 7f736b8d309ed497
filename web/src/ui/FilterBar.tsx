import type { ReactNode } from 'react';
import classes from './FilterBar.module.css';

/** The filters of a list, in one line where it is wide enough. */
export function FilterBar({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <search className={classes.filters} aria-label={label}>
      {children}
    </search>
  );
}
