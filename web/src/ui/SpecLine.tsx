import type { ReactNode } from 'react';
import classes from './SpecLine.module.css';

/** Properties in one line, as names and values. Null values are left out. */
export function SpecLine({ fields }: { readonly fields: Readonly<Record<string, ReactNode>> }) {
  return (
    <dl className={classes.line}>
      {Object.entries(fields)
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
