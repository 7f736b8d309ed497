import type { ReactNode } from 'react';
import { type PlacedFile, useDrop } from '../lib/use-drop';
import classes from './DropArea.module.css';

/** An area for dropped files, which may land anywhere on the page, with buttons as the alternative. */
export function DropArea({
  text,
  over,
  onFiles,
  children,
}: {
  readonly text: ReactNode;
  /** Text shown while files are dragged over the page. */
  readonly over: string;
  readonly onFiles: (files: readonly PlacedFile[]) => void;
  readonly children: ReactNode;
}) {
  const dragged = useDrop(onFiles);
  return (
    <>
      <div className={classes.area} data-over={dragged || undefined}>
        <p className={classes.text}>{text}</p>
        {children}
      </div>
      {dragged && <div className={classes.overlay}>{over}</div>}
    </>
  );
}
