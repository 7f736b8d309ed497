import { useQuery } from '@apollo/client/react';
import { Group, NativeSelect } from '@mantine/core';
import { graphql } from '../../graphql';
import type { DuplicatesShown } from '../../lib/findings';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { Pager } from '../../ui/Pager';
import { ThumbGrid } from '../../ui/ThumbGrid';
import classes from './Duplicates.module.css';
import { useDraft } from './draft';
import { SPLIT_NAMES } from './splits';

/** Groups on a page. */
const PAGE = 20;

const DUPLICATES = graphql(`
  query Duplicates($id: ID!, $page: ImagePageInput!, $kind: DuplicateKind, $leaks: Boolean!, $conflicts: Boolean!) {
    datasetVersion(id: $id) {
      id
      duplicates(page: $page, kind: $kind, onlyLeaks: $leaks, onlyLabelConflicts: $conflicts) {
        total
        groups {
          kind leaks labelConflict
          images { row sha256 name label split thumbnail(side: 96) }
        }
      }
    }
  }
`);

const CHOICES = [
  { value: '', label: 'all that show the same' },
  { value: 'LEAKS', label: 'in training and in testing' },
  { value: 'CONFLICTS', label: 'under different classes' },
  { value: 'EXACT', label: 'of the same bytes' },
  { value: 'NEAR', label: 'hardly to be told apart' },
];

/** Pictures that show the same, in groups. A click leaves one out of the next version, or takes that back. */
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
      page: { first: PAGE, after: page > 1 ? (page - 1) * PAGE - 1 : null },
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
          aria-label="Which duplicates"
          size="xs"
          data={CHOICES}
          value={shown ?? ''}
          onChange={({ currentTarget }) => onShown((currentTarget.value || null) as DuplicatesShown | null)}
        />
      </Group>
      <Answer of={asked}>
        {({ datasetVersion }) => {
          const { total = 0, groups = [] } = datasetVersion?.duplicates ?? {};
          if (total === 0) return <Empty title="None" text="No pictures of this kind are in this version." />;
          return (
            <>
              {groups.map((group) => (
                <section key={group.images.map(({ row }) => row).join()} className={classes.group} aria-label="Group">
                  <p className={classes.verdict} data-bad={group.leaks || group.labelConflict || undefined}>
                    {[
                      group.kind === 'EXACT' ? 'Same bytes' : 'Hardly to be told apart',
                      ...(group.leaks ? ['in training and in testing'] : []),
                      ...(group.labelConflict ? ['under different classes'] : []),
                    ].join(', ')}
                  </p>
                  <ThumbGrid
                    label="Pictures of this group: choose those to leave out of the next version"
                    thumbs={group.images.map((image) => ({
                      key: image.row,
                      picture: image.thumbnail,
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
