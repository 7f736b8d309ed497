import { useReactiveVar } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { marginOf } from '../../lib/sureness';
import { nameOfTarget, type Target } from '../../lib/target';
import { Empty } from '../../ui/Empty';
import { Pager } from '../../ui/Pager';
import { type Answer } from './classify-with';
import { PhotoTable } from './PhotoTable';
import { type PhotoOrder, PhotoTools } from './PhotoTools';
import { askAbout, type Photo, photos as photoStore } from './photos';
import { ResultCard } from './ResultCard';

/** Photos per page. */
const PAGE = 50;

/** All photos with the answers of the chosen targets, and one photo in detail. */
export function PhotoQueue({
  targets,
  order,
  onOrder,
}: {
  readonly targets: readonly [Target, ...Target[]];
  readonly order: PhotoOrder;
  readonly onOrder: (changes: Partial<PhotoOrder>) => void;
}) {
  const photos = useReactiveVar(photoStore);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const [page, setPage] = useState(1);
  useEffect(() => {
    if (photos.length > 0) targets.forEach(askAbout);
  }, [photos, targets]);

  const name = nameOfTarget(targets[0]);
  const shown = arrange(photos, targets.map(nameOfTarget), order);
  const chosen = photos.find(({ id }) => id === chosenId) ?? shown[0];
  const labels = [...new Set(photos.flatMap((photo) => answerOf(photo, name)?.label ?? []))].sort();
  return (
    <>
      {chosen && <ResultCard photo={chosen} targets={targets} />}
      <PhotoTools photos={photos} targets={targets} labels={labels} order={order} onOrder={onOrder} />
      <p role="status">{countsText(photos, name)}</p>
      {shown.length > 0 ? (
        <PhotoTable
          photos={shown.slice((page - 1) * PAGE, page * PAGE)}
          targets={targets}
          chosen={chosen?.id}
          onChoose={setChosenId}
        />
      ) : (
        <Empty title="No photos match" text="Choose all classes to see all photos." />
      )}
      <Pager page={page} size={PAGE} total={shown.length} onPage={setPage} of="photos" />
    </>
  );
}

function answerOf({ asks }: Photo, name: string): Answer | undefined {
  const ask = asks[name];
  return ask?.state === 'answered' ? ask.answer : undefined;
}

/** @param names of the targets; the first one decides. */
function arrange(
  photos: readonly Photo[],
  names: readonly string[],
  { sort, label, disagree }: PhotoOrder,
): readonly Photo[] {
  const answers = (photo: Photo) => names.flatMap((name) => answerOf(photo, name) ?? []);
  const first = (photo: Photo) => answerOf(photo, names[0] ?? '');
  const margin = (photo: Photo): number => {
    const answer = first(photo);
    return answer ? marginOf(answer) : Number.POSITIVE_INFINITY;
  };
  const fitting = photos.filter(
    (photo) =>
      (label === null || first(photo)?.label === label) &&
      (!disagree || names.length < 2 || new Set(answers(photo).map((answer) => answer.label)).size > 1),
  );
  return sort === 'unsure' ? fitting.toSorted((a, b) => margin(a) - margin(b)) : fitting;
}

function countsText(photos: readonly Photo[], name: string): string {
  const count = (state: string): number => photos.filter(({ asks }) => asks[name]?.state === state).length;
  const [answered, failed] = [count('answered'), count('failed')];
  const left = photos.length - answered - failed;
  return [
    `${answered} of ${photos.length} answered`,
    ...(left > 0 ? [`${left} under way`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(', ');
}
