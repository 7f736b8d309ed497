import { type KeyboardEvent, useRef, useState } from 'react';
import classes from './ThumbGrid.module.css';

export interface Thumb {
  readonly key: string | number;
  /** Address of the thumbnail. */
  readonly thumbnail: string;
  readonly text: string;
  /** Whether it is shown as left out. */
  readonly marked?: boolean;
}

/** Thumbnails in boxes of one size. Arrow keys move between them, Enter opens one. */
export function ThumbGrid({
  thumbs,
  label,
  onOpen,
  onKey,
}: {
  readonly thumbs: readonly Thumb[];
  readonly label: string;
  readonly onOpen: (index: number) => void;
  /** Keys that do something to the thumbnail that has the focus. @returns whether the key was one of them. */
  readonly onKey?: (key: string, index: number) => boolean;
}) {
  const grid = useRef<HTMLUListElement>(null);
  const [at, setAt] = useState(0);
  const reachable = Math.min(at, thumbs.length - 1); // Tab reaches one cell; arrow keys reach the others

  const go = (event: KeyboardEvent): void => {
    const cells = [...(grid.current?.querySelectorAll('button') ?? [])];
    const top = cells[0]?.getBoundingClientRect().top;
    const columns = cells.filter((cell) => cell.getBoundingClientRect().top === top).length;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    const next = step === undefined ? undefined : cells[reachable + step];
    if (!next) {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (plain && onKey?.(event.key, reachable)) event.preventDefault();
      return;
    }
    event.preventDefault();
    setAt(reachable + (step as number));
    next.focus();
  };

  return (
    <ul ref={grid} className={`plain ${classes.grid}`} aria-label={label} onKeyDown={go}>
      {thumbs.map(({ key, thumbnail, text, marked }, i) => (
        <li key={key}>
          <button
            type="button"
            className={classes.cell}
            data-marked={marked || undefined}
            tabIndex={i === reachable ? 0 : -1}
            onFocus={() => setAt(i)}
            onClick={() => onOpen(i)}
          >
            <img className={classes.picture} src={thumbnail} alt="" decoding="async" />
            <span className={classes.text}>{text}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
