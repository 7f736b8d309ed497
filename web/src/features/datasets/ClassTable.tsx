import { useState } from 'react';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatCount, formatShare } from '../../lib/format';
import { Pager } from '../../ui/Pager';
import classes from './ClassTable.module.css';
import { SPLIT_NAMES } from './splits';

export const ClassTable_version = graphql(`
  fragment ClassTable_version on DatasetVersion {
    imageCount
    splits { split images classes { label images } }
  }
`);

/** Classes per page. */
const PAGE = 40;

/** Images of each class, largest first, with a thin bar per split and the class's share of all images. */
export function ClassTable({
  version,
  chosen,
  onChoose,
}: {
  readonly version: FragmentOf<typeof ClassTable_version>;
  readonly chosen: string | null;
  /** Null: all classes. */
  readonly onChoose: (label: string | null) => void;
}) {
  const { splits, imageCount } = readFragment(ClassTable_version, version);
  const [page, setPage] = useState(1);
  const filled = splits.filter(({ images }) => images > 0);
  const largest = Math.max(1, ...filled.flatMap((split) => split.classes.map(({ images }) => images)));
  const rows = (splits[0]?.classes ?? [])
    .map(({ label }, i) => {
      const counts = filled.map(({ split, classes: counted }) => ({ split, images: counted[i]?.images ?? 0 }));
      return { label, counts, total: counts.reduce((sum, { images }) => sum + images, 0) };
    })
    .sort((a, b) => b.total - a.total);
  return (
    <>
      <table className={classes.table} aria-label="Images of each class">
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" aria-hidden>
              {filled.map(({ split }) => SPLIT_NAMES[split]).join(', ')}
            </th>
            {filled.map(({ split }) => (
              <th key={split} scope="col" className={classes.number}>
                {SPLIT_NAMES[split]}
              </th>
            ))}
            <th scope="col" className={classes.number}>
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice((page - 1) * PAGE, page * PAGE).map(({ label, counts, total }) => (
            <tr key={label} data-chosen={label === chosen || undefined}>
              <th scope="row">
                <button
                  type="button"
                  className={classes.name}
                  aria-pressed={label === chosen}
                  onClick={() => onChoose(label === chosen ? null : label)}
                >
                  {label}
                </button>
              </th>
              <td className={classes.bars} aria-hidden>
                {counts.map(
                  ({ split, images }) =>
                    images > 0 && (
                      <span
                        key={split}
                        className={classes.bar}
                        data-split={split}
                        style={{ width: `${(100 * images) / largest}%` }}
                      />
                    ),
                )}
              </td>
              {counts.map(({ split, images }) => (
                <td key={split} className={classes.number}>
                  {formatCount(images)}
                </td>
              ))}
              <td className={classes.number}>{formatShare(total / imageCount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Pager page={page} size={PAGE} total={rows.length} onPage={setPage} of="classes" />
    </>
  );
}
