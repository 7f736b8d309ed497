import { useQuery } from '@apollo/client/react';
import { Button, Checkbox, Group, NativeSelect, Stack } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { graphql, type ResultOf } from '../../graphql';
import { nodesOf } from '../../lib/connection';
import type { Split } from '../../lib/findings';
import { formatBytes, formatCount } from '../../lib/format';
import { Answer } from '../../ui/Answer';
import { Copyable } from '../../ui/Copyable';
import { Dialog } from '../../ui/Dialog';
import { SpecLine } from '../../ui/SpecLine';
import { MoreLikeThis } from '../similar/MoreLikeThis';
import { useDraft } from './draft';
import classes from './ImageViewer.module.css';
import { SPLIT_NAMES } from './splits';

const IMAGE = graphql(`
  query Picture($id: ID!, $label: String, $split: Split, $after: String) {
    datasetVersion(id: $id) {
      id
      images(label: $label, split: $split, first: 1, after: $after) {
        edges { node { row sha256 name label split width height bytes origin values { column value } thumbnail(side: 512) } }
      }
    }
  }
`);
type Image = NonNullable<ResultOf<typeof IMAGE>['datasetVersion']>['images']['edges'][number]['node'];

/** One image, large, with its properties and its changes for the next version. */
export function ImageViewer({
  versionId,
  labels,
  of: { label, split },
  place,
  total,
  onPlace,
}: {
  readonly versionId: string;
  readonly labels: readonly string[];
  readonly of: { readonly label: string | null; readonly split: Split | null };
  /** Position in the filtered list, from 0. */
  readonly place: number;
  readonly total: number;
  /** Null closes. */
  readonly onPlace: (place: number | null) => void;
}) {
  const asked = useQuery(IMAGE, {
    variables: { id: versionId, label, split, after: place > 0 ? String(place - 1) : null },
  });
  const go = (step: number): void => {
    if (place + step >= 0 && place + step < total) onPlace(place + step);
  };
  useHotkeys([
    ['ArrowLeft', () => go(-1)],
    ['ArrowRight', () => go(1)],
  ]);
  return (
    <Dialog title={`Image ${formatCount(place + 1)} of ${formatCount(total)}`} close={() => onPlace(null)} wide>
      {/* Never the previous image: changes must apply to the image named in the title. */}
      <Answer of={{ ...asked, previousData: undefined }}>
        {({ datasetVersion }) => {
          const [image] = datasetVersion ? nodesOf(datasetVersion.images) : [];
          return image ? <Details versionId={versionId} image={image} labels={labels} /> : null;
        }}
      </Answer>
      <Group mt="md">
        <Button variant="default" disabled={place === 0} onClick={() => go(-1)}>
          Previous
        </Button>
        <Button variant="default" disabled={place + 1 >= total} onClick={() => go(1)}>
          Next
        </Button>
      </Group>
    </Dialog>
  );
}

function Details({
  versionId,
  image,
  labels,
}: {
  readonly versionId: string;
  readonly image: Image;
  readonly labels: readonly string[];
}) {
  const { draft, leaveOut, relabel } = useDraft(versionId);
  const { row, sha256, name, label, split, width, height, bytes, thumbnail, origin, values } = image;
  return (
    <div className={classes.body}>
      <img className={classes.picture} src={thumbnail} alt={`${label}: ${name}`} />
      <div className={classes.side}>
        <SpecLine
          fields={{
            Class: label,
            Split: SPLIT_NAMES[split],
            File: name,
            'Size in pixels': `${width} × ${height}`,
            'File size': formatBytes(bytes),
            Digest: <Copyable value={sha256} />,
            Origin: origin,
            ...Object.fromEntries(values.map(({ column, value }) => [`Column ${column}`, value])),
          }}
        />
        <Stack gap="xs">
          <NativeSelect
            label="Class in the next version"
            data={[...labels]}
            value={draft.relabel[sha256]?.to ?? label}
            onChange={({ currentTarget: { value } }) => relabel(image, value === label ? null : value)}
          />
          <Checkbox
            label="Leave out of the next version"
            checked={sha256 in draft.without}
            onChange={({ currentTarget }) => leaveOut(image, currentTarget.checked)}
          />
        </Stack>
      </div>
      <div className={classes.similar}>
        <MoreLikeThis key={row} example={{ versionId, row }} />
      </div>
    </div>
  );
}
