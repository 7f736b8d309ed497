import { useQuery } from '@apollo/client/react';
import { Text } from '@mantine/core';
import { useState } from 'react';
import { graphql, type ResultOf } from '../../graphql';
import { formatShare } from '../../lib/format';
import { Answer } from '../../ui/Answer';
import { ScrollBox } from '../../ui/ScrollBox';
import type { Values } from '../recipe/recipe';
import classes from './Augmentation.module.css';

const PREVIEW = graphql(`
  query AugmentationPreview($input: AugmentationPreviewInput!) {
    augmentationPreview(input: $input) {
      image { row label }
      variants { mirrored crop { side } picture }
    }
  }
`);

type Variant = ResultOf<typeof PREVIEW>['augmentationPreview'][number]['variants'][number];

interface Props {
  /** ID of the dataset version. */
  readonly versionId: string;
  /** Null while a field is invalid. */
  readonly recipe: Values | null;
}

/** Training images in every form in which the network sees them. They are rendered once the section is open. */
export function Augmentation({ versionId, recipe }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details className={classes.section} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Augmented images</summary>
      {open && recipe && <Preview versionId={versionId} recipe={recipe} />}
    </details>
  );
}

interface PreviewProps {
  readonly versionId: string;
  readonly recipe: Values;
}

function Preview({ versionId, recipe: { imageSize, mirror, crops, mixup } }: PreviewProps) {
  const recipe = { imageSize: Number(imageSize), mirror: Boolean(mirror), crops: Number(crops) };
  const asked = useQuery(PREVIEW, { variables: { input: { datasetVersionId: versionId, recipe } } });
  return (
    <Answer of={asked}>
      {({ augmentationPreview: images }) => (
        <>
          <Text c="dimmed">
            {recipe.mirror || recipe.crops > 0
              ? 'Each row is a training image. Every epoch draws one form of each image.'
              : 'The settings mirror and crops add forms of each training image; both are off.'}
            {Number(mixup) > 0 && ' Mixup mixes activations inside the network and cannot be shown.'}
          </Text>
          <ScrollBox label="Augmented images">
            <table className={classes.grid}>
              <tbody>
                {images.map(({ image: { row, label }, variants }) => (
                  <tr key={row}>
                    <th scope="row">{label}</th>
                    {variants.map((variant, i) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: the order of the forms is fixed
                      <td key={i}>
                        <img src={variant.picture} alt={nameOf(variant)} title={nameOf(variant)} />
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollBox>
        </>
      )}
    </Answer>
  );
}

function nameOf({ mirrored, crop }: Variant): string {
  if (!crop) return mirrored ? 'Mirrored' : 'Original';
  return `Crop of ${formatShare(crop.side, 0)}${mirrored ? ', mirrored' : ''}`;
}
