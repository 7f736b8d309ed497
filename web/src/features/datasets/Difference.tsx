import { useQuery } from '@apollo/client/react';
import { graphql, type ResultOf } from '../../graphql';
import { formatCount } from '../../lib/format';
import { Answer } from '../../ui/Answer';
import { Section } from '../../ui/Section';
import classes from './Difference.module.css';
import { SPLIT_NAMES } from './splits';

/** Images shown per kind of change. */
const SHOWN = 24;

const CHANGES = graphql(`
  fragment Difference_changes on DatasetChanges @_unmask {
    total
    changes {
      before { row label split name thumbnail(side: 96) }
      after { row label split name thumbnail(side: 96) }
    }
  }
`);
const DIFFERENCE = graphql(
  `
    query Difference($from: ID!, $to: ID!, $page: ImagePageInput!) {
      diffDatasetVersions(from: $from, to: $to, page: $page) {
        unchanged
        added { ...Difference_changes }
        removed { ...Difference_changes }
        relabelled { ...Difference_changes }
        moved { ...Difference_changes }
      }
    }
  `,
  [CHANGES],
);
type Changes = ResultOf<typeof CHANGES>;

/** The differences between the images of two versions. */
export function Difference({ from, to }: { readonly from: string; readonly to: string }) {
  const asked = useQuery(DIFFERENCE, { variables: { from, to, page: { first: SHOWN } } });
  return (
    <Answer of={asked}>
      {({ diffDatasetVersions: { unchanged, added, removed, relabelled, moved } }) => (
        <>
          <p>{formatCount(unchanged)} images are unchanged.</p>
          <ChangedImages title="Added" changes={added} />
          <ChangedImages title="Removed" changes={removed} />
          <ChangedImages title="Class changed" changes={relabelled} />
          <ChangedImages title="Split changed" changes={moved} />
        </>
      )}
    </Answer>
  );
}

function ChangedImages({ title, changes: { total, changes } }: { readonly title: string; readonly changes: Changes }) {
  if (total === 0) return null;
  return (
    <Section title={`${title}: ${formatCount(total)}`}>
      <div className={classes.changes}>
        {changes.map(({ before, after }) => {
          const image = after ?? before;
          return (
            image && (
              <figure key={image.row}>
                <img src={image.thumbnail} alt={image.name} decoding="async" />
                <figcaption>{before && after ? `${textOf(before)} → ${textOf(after)}` : textOf(image)}</figcaption>
              </figure>
            )
          );
        })}
      </div>
      {total > changes.length && <p>and {formatCount(total - changes.length)} more</p>}
    </Section>
  );
}

function textOf({ label, split }: NonNullable<Changes['changes'][number]['after']>): string {
  return `${label}, ${SPLIT_NAMES[split]}`;
}
