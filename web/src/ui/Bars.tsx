import classes from './Bars.module.css';

export interface Bar {
  readonly label: string;
  /** 0 or more. */
  readonly value: number;
  /** The value in words. */
  readonly text: string;
}

/** Values side by side, each as a share of `of` (the largest unless given). A bar that can be chosen is a button. */
export function Bars({
  bars,
  label,
  of = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE),
  chosen,
  onChoose,
}: {
  readonly bars: readonly Bar[];
  /** What the values are of, for who does not see them. */
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
