import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { blobOf } from '../../lib/data-url';
import { addPhotos } from './photos';
import classes from './Samples.module.css';

export const Samples_samples = graphql(`
  fragment Samples_samples on Samples {
    photos { name picture }
  }
`);

/** Sample photos of the hub; a click classifies one. */
export function Samples({
  samples,
  onChosen,
}: {
  readonly samples: FragmentOf<typeof Samples_samples>;
  readonly onChosen?: () => void;
}) {
  return (
    <ul className={`plain ${classes.photos}`} aria-label="Sample photos">
      {readFragment(Samples_samples, samples).photos.map(({ name, picture }) => (
        <li key={name}>
          <button
            type="button"
            className={classes.photo}
            onClick={() => {
              addPhotos([{ name, content: blobOf(picture) }]);
              onChosen?.();
            }}
          >
            <img src={picture} alt="" />
            {name.split('-')[0]}
          </button>
        </li>
      ))}
    </ul>
  );
}
