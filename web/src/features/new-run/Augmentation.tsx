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
      variants { mirrored crop { side } color { brightness contrast saturation } picture }
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

/** The settings that change activations, not pixels. */
const ON_ACTIVATIONS = [
  { name: 'mixup', does: 'Mixup mixes activations' },
  { name: 'cutmix', does: 'CutMix puts a box of the activations of another image into each' },
  { name: 'cutout', does: 'Cutout sets a square of the activations to zero' },
];

interface PreviewProps {
  readonly versionId: string;
  readonly recipe: Values;
}

function Preview({ versionId, recipe: { imageSize, mirror, crops, colorJitters, ...others } }: PreviewProps) {
  const recipe = {
    imageSize: Number(imageSize),
    mirror: Boolean(mirror),
    crops: Number(crops),
    colorJitters: Number(colorJitters),
  };
  const hidden = ON_ACTIVATIONS.filter(({ name }) => Number(others[name]) > 0).map(({ does }) => does);
  const asked = useQuery(PREVIEW, { variables: { input: { datasetVersionId: versionId, recipe } } });
  return (
    <Answer of={asked}>
      {({ augmentationPreview: images }) => (
        <>
          <Text c="dimmed">
            {recipe.mirror || recipe.crops > 0 || recipe.colorJitters > 0
              ? 'Each row is a training image. Every epoch draws one form of each image.'
              : 'The settings mirror, crops and color jitters add forms of each training image; all are off.'}
            {hidden.map((does) => ` ${does} inside the network, which cannot be shown.`)}
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

function nameOf({ mirrored, crop, color }: Variant): string {
  if (color) {
    const { brightness, contrast, saturation } = color;
    const [light, distance, depth] = [brightness, contrast, saturation].map((factor) => formatShare(factor, 0));
    return `Brightness ${light}, contrast ${distance}, saturation ${depth}${mirrored ? ', mirrored' : ''}`;
  }
  if (!crop) return mirrored ? 'Mirrored' : 'Original';
  return `Crop of ${formatShare(crop.side, 0)}${mirrored ? ', mirrored' : ''}`;
}
