import { useQuery } from '@apollo/client/react';
import { Button, Group, NativeSelect } from '@mantine/core';
import { Suspense } from 'react';
import { lazyPage } from '../../app/lazy-page';
import { graphql } from '../../graphql';
import { nodesOf } from '../../lib/connection';
import type { Split } from '../../lib/findings';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { Pager } from '../../ui/Pager';
import { ThumbGrid } from '../../ui/ThumbGrid';
import { useDraft } from './draft';
import { SPLIT_NAMES } from './splits';

const ImageViewer = lazyPage(async () => (await import('./ImageViewer')).ImageViewer);

/** Images per page. */
const PAGE = 60;

const IMAGES = graphql(`
  query Gallery($id: ID!, $label: String, $split: Split, $first: Int!, $after: String) {
    datasetVersion(id: $id) {
      id
      images(label: $label, split: $split, first: $first, after: $after) {
        totalCount
        edges { node { row sha256 name label split thumbnail(side: 96) } }
      }
    }
  }
`);

/** The images shown, and the one that is open. */
export interface GalleryView {
  readonly label: string | null;
  readonly split: Split | null;
  /** From 1. */
  readonly page: number;
  /** Position in the filtered list, from 0. */
  readonly open: number | null;
}

/** The images of a class and a split, or all, by pages. */
export function Gallery({
  versionId,
  labels,
  view,
  onView,
}: {
  readonly versionId: string;
  readonly labels: readonly string[];
  readonly view: GalleryView;
  /** @param opens whether an image was opened, which Back closes. */
  readonly onView: (changes: Partial<GalleryView>, opens?: boolean) => void;
}) {
  const { label, split, page, open } = view;
  // Cursors of images are their positions in the list.
  const after = page > 1 ? String((page - 1) * PAGE - 1) : null;
  const asked = useQuery(IMAGES, {
    variables: { id: versionId, label, split, first: PAGE, after },
  });
  const { draft } = useDraft(versionId);
  const openAt = (place: number | null): void => {
    const at = place === null ? page : Math.floor(place / PAGE) + 1;
    onView({ page: at, open: place }, open === null && place !== null);
  };
  return (
    <>
      <Group gap="sm" mb="xs">
        <NativeSelect
          aria-label="Class"
          size="xs"
          data={[{ value: '', label: 'All classes' }, ...labels]}
          value={label ?? ''}
          onChange={({ currentTarget }) => onView({ label: currentTarget.value || null, page: 1, open: null })}
        />
        <NativeSelect
          aria-label="Split"
          size="xs"
          data={[
            { value: '', label: 'All splits' },
            ...Object.entries(SPLIT_NAMES).map(([value, name]) => ({ value, label: name })),
          ]}
          value={split ?? ''}
          onChange={({ currentTarget }) =>
            onView({ split: (currentTarget.value || null) as Split | null, page: 1, open: null })
          }
        />
      </Group>
      <Answer of={asked}>
        {({ datasetVersion }) => {
          const total = datasetVersion?.images.totalCount ?? 0;
          const images = datasetVersion ? nodesOf(datasetVersion.images) : [];
          if (total === 0) {
            return (
              <Empty title="No images match" text="This class has no images in this split.">
                <Button variant="default" onClick={() => onView({ label: null, split: null, page: 1, open: null })}>
                  Show all images
                </Button>
              </Empty>
            );
          }
          const pager = (of: string) => (
            <Pager page={page} size={PAGE} total={total} onPage={(to) => onView({ page: to, open: null })} of={of} />
          );
          return (
            <>
              {pager('images')}
              <ThumbGrid
                label="Images"
                thumbs={images.map((image) => ({
                  key: image.row,
                  thumbnail: image.thumbnail,
                  text: `${draft.relabel[image.sha256]?.to ?? image.label}, ${SPLIT_NAMES[image.split]}`,
                  marked: image.sha256 in draft.without,
                }))}
                onOpen={(i) => openAt((page - 1) * PAGE + i)}
              />
              {pager('the images above')}
              <Suspense>
                {open !== null && open < total && (
                  <ImageViewer
                    versionId={versionId}
                    labels={labels}
                    of={{ label, split }}
                    place={open}
                    total={total}
                    onPlace={openAt}
                  />
                )}
              </Suspense>
            </>
          );
        }}
      </Answer>
    </>
  );
}
