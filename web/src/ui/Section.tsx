import { Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './Section.module.css';

/** A section of a page with a heading. */
export function Section({
  title,
  tools,
  children,
}: {
  readonly title: string;
  /** Controls next to the heading. */
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}) {
  const heading = useId();
  return (
    <section className={classes.section} aria-labelledby={heading}>
      <div className={classes.head}>
        <Title order={2} id={heading}>
          {title}
        </Title>
        {tools}
      </div>
      {children}
    </section>
  );
}
