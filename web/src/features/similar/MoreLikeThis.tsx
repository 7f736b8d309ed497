import { useQuery } from '@apollo/client/react';
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { graphql } from '../../graphql';
import { Answer } from '../../ui/Answer';
import { SimilarImages, SimilarImages_similar } from './SimilarImages';

const TO_IMAGE = graphql(
  `
    query SimilarToImage($versionId: ID!, $row: Int!) {
      similarImages(datasetVersionId: $versionId, row: $row, first: 18) { ...SimilarImages_similar }
    }
  `,
  [SimilarImages_similar],
);

const TO_PREDICTION = graphql(
  `
    query SimilarToPrediction($id: ID!) {
      similarToPrediction(id: $id, first: 18) { ...SimilarImages_similar }
    }
  `,
  [SimilarImages_similar],
);

/** An image of a dataset version, or the photo of a kept answer. */
type Example = { readonly versionId: string; readonly row: number } | { readonly predictionId: string };

/** A button that shows images like an example. */
export function MoreLikeThis({ example }: { readonly example: Example }) {
  const [shown, { open }] = useDisclosure();
  if (!shown) {
    return (
      <Button size="xs" variant="default" onClick={open}>
        More like this
      </Button>
    );
  }
  return 'row' in example ? <LikeImage {...example} /> : <LikePrediction id={example.predictionId} />;
}

/** Images like one of a dataset version. */
export function LikeImage({ versionId, row }: { readonly versionId: string; readonly row: number }) {
  const asked = useQuery(TO_IMAGE, { variables: { versionId, row } });
  return <Answer of={asked}>{({ similarImages }) => <SimilarImages of={similarImages} />}</Answer>;
}

function LikePrediction({ id }: { readonly id: string }) {
  const asked = useQuery(TO_PREDICTION, { variables: { id } });
  return <Answer of={asked}>{({ similarToPrediction }) => <SimilarImages of={similarToPrediction} />}</Answer>;
}
