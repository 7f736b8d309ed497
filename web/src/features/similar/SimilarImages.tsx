import { Text } from '@mantine/core';
import { useNavigate } from 'react-router';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';
import { ThumbGrid } from '../../ui/ThumbGrid';
import { SPLIT_NAMES } from '../datasets/splits';

export const SimilarImages_similar = graphql(`
  fragment SimilarImages_similar on SimilarImages {
    backbone imageSize
    datasetVersion { id dataset number }
    images { similarity image { row label split thumbnail(side: 96) } }
  }
`);

/** Images of a dataset version by their similarity to another one. A click opens one in its version. */
export function SimilarImages({ of }: { readonly of: FragmentOf<typeof SimilarImages_similar> }) {
  const { backbone, imageSize, datasetVersion, images } = readFragment(SimilarImages_similar, of);
  const navigate = useNavigate();
  return (
    <>
      <Text c="dimmed" size="sm" mb="xs">
        By the features of {backbone} at {imageSize} px; 100% is the same direction.
      </Text>
      <ThumbGrid
        label="Similar images"
        thumbs={images.map(({ similarity, image: { row, label, split, thumbnail } }) => ({
          key: row,
          thumbnail,
          text: `${formatShare(similarity)} ${label}, ${SPLIT_NAMES[split]}`,
        }))}
        onOpen={(i) => {
          const image = images[i]?.image;
          if (image) void navigate(urls.datasetImage(datasetVersion.dataset, datasetVersion.number, image.row));
        }}
      />
    </>
  );
}
