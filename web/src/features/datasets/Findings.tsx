import { Anchor } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { type Finding, findingsOf } from '../../lib/findings';
import { formatCount } from '../../lib/format';
import { DataTable } from '../../ui/DataTable';
import classes from './Findings.module.css';

export const Findings_version = graphql(`
  fragment Findings_version on DatasetVersion {
    rejectedCount
    rejected { name reason }
    splits { split images classes { label images } }
    statistics { flat duplicates { exact near leaks labelConflicts } }
  }
`);

/** Problems of a version to know before training on it, worst first, each with a link to its images. */
export function Findings({
  version,
  onShow,
}: {
  readonly version: FragmentOf<typeof Findings_version>;
  readonly onShow: (what: Exclude<Finding['show'], 'rejected' | null>) => void;
}) {
  const examined = readFragment(Findings_version, version);
  const [rejectedShown, { toggle }] = useDisclosure();
  const findings = findingsOf(examined);
  if (findings.length === 0) return <p className={classes.good}>✓ No problems found.</p>;
  return (
    <>
      <ul className="plain" aria-label="Findings">
        {findings.map(({ severity, title, consequence, count, show }) => (
          <li key={title} className={classes.finding} data-severity={severity}>
            <span className={classes.count}>{formatCount(count)}</span>
            <span>
              {severity === 'bad' && '! '}
              {title}
              <span className={classes.consequence}>. {consequence}</span>
            </span>
            {show !== null && (
              <Anchor
                component="button"
                type="button"
                aria-label={`${show === 'rejected' && rejectedShown ? 'Hide' : 'Show'}: ${title}`}
                {...(show === 'rejected' ? { 'aria-expanded': rejectedShown } : {})}
                onClick={() => (show === 'rejected' ? toggle() : onShow(show))}
              >
                {show === 'rejected' && rejectedShown ? 'Hide' : 'Show'}
              </Anchor>
            )}
          </li>
        ))}
      </ul>
      {rejectedShown && (
        <DataTable
          label="Files left out"
          heads={['File', 'Reason']}
          rows={examined.rejected.map(({ name, reason }) => ({
            key: name,
            cells: [
              name,
              <span key="reason" className="prose">
                {reason}
              </span>,
            ],
          }))}
        />
      )}
    </>
  );
}
