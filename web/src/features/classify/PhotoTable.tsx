import { Anchor, Group } from '@mantine/core';
import { formatShare } from '../../lib/format';
import { marginOf } from '../../lib/sureness';
import { nameOfTarget, type Target } from '../../lib/target';
import { askText } from './ask-text';
import classes from './PhotoTable.module.css';
import { ask, dismissPhotos, type Photo } from './photos';

/** One row per photo, with its progress or answers. Failed photos stay, with the reason. */
export function PhotoTable({
  photos,
  targets,
  chosen,
  onChoose,
}: {
  readonly photos: readonly Photo[];
  readonly targets: readonly Target[];
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
}) {
  const names = targets.map(nameOfTarget);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolling needs keyboard access
    <section className={classes.scroll} tabIndex={0} aria-label="Photos">
      <table className={classes.table} aria-label="Photos">
        <thead>
          <tr>
            <th scope="col">Photo</th>
            <th scope="col">File</th>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col" className={classes.number}>
              Margin
            </th>
            <th scope="col" className={classes.number}>
              ms
            </th>
            <th scope="col">Actions</th>
          </tr>
        </thead>
        <tbody>
          {photos.map((photo) => {
            const first = photo.asks[names[0] ?? ''];
            const answer = first?.state === 'answered' ? first.answer : null;
            return (
              <tr key={photo.id} data-chosen={photo.id === chosen || undefined}>
                <td>
                  <img
                    className={classes.picture}
                    src={photo.preview}
                    alt=""
                    decoding="async"
                    // Files that are not images have no preview.
                    onError={({ currentTarget }) => currentTarget.toggleAttribute('hidden', true)}
                  />
                </td>
                <td>
                  <Anchor component="button" type="button" onClick={() => onChoose(photo.id)}>
                    {photo.name}
                  </Anchor>
                </td>
                {names.map((name) => (
                  <td
                    key={name}
                    data-label={name}
                    className={photo.asks[name]?.state === 'failed' ? classes.failed : undefined}
                  >
                    {askText(photo.asks[name])}
                  </td>
                ))}
                <td className={classes.number} data-label="Margin" data-empty={!answer || undefined}>
                  {answer && formatShare(marginOf(answer))}
                </td>
                <td className={classes.number} data-label="ms" data-empty={!answer || undefined}>
                  {answer?.milliseconds.toFixed(0)}
                </td>
                <td>
                  <Group gap="xs" wrap="nowrap">
                    {targets
                      .filter((target) => {
                        const of = photo.asks[nameOfTarget(target)];
                        return of?.state === 'failed' && of.mayPassLater;
                      })
                      .map((target) => (
                        <Anchor
                          key={nameOfTarget(target)}
                          component="button"
                          type="button"
                          aria-label={`Try again: ${photo.name}`}
                          onClick={() => void ask(photo.id, target)}
                        >
                          Try again
                        </Anchor>
                      ))}
                    <Anchor
                      component="button"
                      type="button"
                      aria-label={`Dismiss ${photo.name}`}
                      onClick={() => dismissPhotos([photo.id])}
                    >
                      Dismiss
                    </Anchor>
                  </Group>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
