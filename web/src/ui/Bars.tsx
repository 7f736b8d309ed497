import classes from './Bars.module.css';

export interface Bar {
  readonly label: string;
  /** 0 or more. */
  readonly value: number;
  /** The formatted value. */
  readonly text: string;
}

/** Horizontal bars, each a share of `of` (by default the largest value). Bars that can be chosen are buttons. */
export function Bars({
  bars,
  label,
  of = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE),
  chosen,
  onChoose,
}: {
  readonly bars: readonly Bar[];
  /** Accessible name. */
  readonly label: string;
  readonly of?: number;
  readonly chosen?: string | null;
  readonly onChoose?: (label: string) => void;
}) {
  return (
    <ul className={classes.bars} aria-label={label}>
      {bars.map((bar) => {
        const content = (
          <>
            <span className={classes.label}>{bar.label}</span>
            <span className={classes.track} aria-hidden>
              <span className={classes.fill} style={{ width: `${(100 * bar.value) / of}%` }} />
            </span>
            <span className={classes.text}>{bar.text}</span>
          </>
        );
        return (
          <li key={bar.label}>
            {onChoose ? (
              <button
                type="button"
                className={classes.bar}
                aria-pressed={bar.label === chosen}
                onClick={() => onChoose(bar.label)}
              >
                {content}
              </button>
            ) : (
              <div className={classes.bar}>{content}</div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
