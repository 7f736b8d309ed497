import { useQuery } from '@apollo/client/react';
import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { graphql } from '../../graphql';
import { formatShare } from '../../lib/format';
import classes from './EmbeddingMap.module.css';

const IMAGE = graphql(`
  query EmbeddedImage($id: ID!, $after: String) {
    datasetVersion(id: $id) {
      id
      images(first: 1, after: $after) { edges { node { row name thumbnail(side: 128) } } }
    }
  }
`);

/** Milliseconds for which the pointer rests before an image is fetched. */
const REST = 120;

interface Props {
  readonly of: {
    readonly image: number;
    readonly name: string;
    readonly trueClass: string;
    readonly predictedClass: string;
    readonly confidence: number;
  };
  readonly versionId: string;
}

/** The image of a point, with its class and what was predicted. */
export function EmbeddedImage({ of: { image, name, trueClass, predictedClass, confidence }, versionId }: Props) {
  const [row] = useDebouncedValue(image, REST);
  const asked = useQuery(IMAGE, { variables: { id: versionId, after: row === 0 ? null : String(row - 1) } });
  const found = asked.data?.datasetVersion?.images.edges[0]?.node;
  return (
    <figure className={classes.image}>
      {found?.row === image ? (
        <img src={found.thumbnail} alt={name} width={128} height={128} decoding="async" />
      ) : (
        <span className={classes.blank} />
      )}
      <figcaption aria-live="polite">
        {trueClass === predictedClass ? (
          <>
            {predictedClass} {formatShare(confidence)}
          </>
        ) : (
          <>
            {predictedClass} {formatShare(confidence)}, actual: {trueClass}
          </>
        )}
        <Text span inherit c="dimmed" display="block">
          {name}
        </Text>
      </figcaption>
    </figure>
  );
}
