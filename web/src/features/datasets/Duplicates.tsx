import { useQuery } from '@apollo/client/react';
import { Group, NativeSelect } from '@mantine/core';
import { graphql } from '../../graphql';
import { nodesOf } from '../../lib/connection';
import type { DuplicatesShown } from '../../lib/findings';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { Pager } from '../../ui/Pager';
import { ThumbGrid } from '../../ui/ThumbGrid';
import classes from './Duplicates.module.css';
import { useDraft } from './draft';
import { SPLIT_NAMES } from './splits';

/** Groups per page. */
const PAGE = 20;

const DUPLICATES = graphql(`
  query Duplicates(
    $id: ID!, $first: Int!, $after: String, $kind: DuplicateKind, $leaks: Boolean!, $conflicts: Boolean!
  ) {
    datasetVersion(id: $id) {
      id
      duplicates(first: $first, after: $after, kind: $kind, onlyLeaks: $leaks, onlyLabelConflicts: $conflicts) {
        totalCount
        edges {
          node {
            kind leaks labelConflict
            images { row sha256 name label split thumbnail(side: 96) }
          }
        }
      }
    }
  }
`);

const CHOICES = [
  { value: '', label: 'All duplicates' },
  { value: 'LEAKS', label: 'In train and test' },
  { value: 'CONFLICTS', label: 'In different classes' },
  { value: 'EXACT', label: 'Identical bytes' },
  { value: 'NEAR', label: 'Near-duplicates' },
];

/** Groups of duplicate images. A click leaves an image out of the next version, or takes it back. */
export function Duplicates({
  versionId,
  shown,
  page,
  onShown,
  onPage,
}: {
  readonly versionId: string;
  readonly shown: DuplicatesShown | null;
  readonly page: number;
  readonly onShown: (shown: DuplicatesShown | null) => void;
  readonly onPage: (page: number) => void;
}) {
  const asked = useQuery(DUPLICATES, {
    variables: {
      id: versionId,
      first: PAGE,
      after: page > 1 ? String((page - 1) * PAGE - 1) : null,
      kind: shown === 'EXACT' || shown === 'NEAR' ? shown : null,
      leaks: shown === 'LEAKS',
      conflicts: shown === 'CONFLICTS',
    },
  });
  const { draft, leaveOut } = useDraft(versionId);
  return (
    <>
      <Group mb="xs">
        <NativeSelect
          aria-label="Kind of duplicates"
          size="xs"
          data={CHOICES}
          value={shown ?? ''}
          onChange={({ currentTarget }) => onShown((currentTarget.value || null) as DuplicatesShown | null)}
        />
      </Group>
      <Answer of={asked}>
        {({ datasetVersion }) => {
          const total = datasetVersion?.duplicates.totalCount ?? 0;
          const groups = datasetVersion ? nodesOf(datasetVersion.duplicates) : [];
          if (total === 0) return <Empty title="No duplicates" text="This version has no duplicates of this kind." />;
          return (
            <>
              {groups.map((group) => (
                <section key={group.images.map(({ row }) => row).join()} className={classes.group} aria-label="Group">
                  <p className={classes.verdict} data-bad={group.leaks || group.labelConflict || undefined}>
                    {[
                      group.kind === 'EXACT' ? 'Identical bytes' : 'Near-duplicates',
                      ...(group.leaks ? ['in train and test'] : []),
                      ...(group.labelConflict ? ['in different classes'] : []),
                    ].join(', ')}
                  </p>
                  <ThumbGrid
                    label="Images of this group: choose those to leave out of the next version"
                    thumbs={group.images.map((image) => ({
                      key: image.row,
                      thumbnail: image.thumbnail,
                      text: image.sha256 in draft.without ? 'left out' : `${image.label}, ${SPLIT_NAMES[image.split]}`,
                      marked: image.sha256 in draft.without,
                    }))}
                    onOpen={(i) => {
                      const image = group.images[i];
                      if (image) leaveOut(image, !(image.sha256 in draft.without));
                    }}
                  />
                </section>
              ))}
              <Pager page={page} size={PAGE} total={total} onPage={onPage} of="groups" />
            </>
          );
        }}
      </Answer>
    </>
  );
}
