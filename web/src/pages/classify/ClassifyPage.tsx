import { useQuery, useReactiveVar } from '@apollo/client/react';
import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { PhotoQueue } from '../../features/classify/PhotoQueue';
import { photos as photoStore } from '../../features/classify/photos';
import { Samples, Samples_samples } from '../../features/classify/Samples';
import { TakePhotos } from '../../features/classify/TakePhotos';
import { type Answerer, TargetPicker } from '../../features/classify/TargetPicker';
import { graphql, type ResultOf } from '../../graphql';
import { nameOfTarget, type Target } from '../../lib/target';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';
import { Section } from '../../ui/Section';
import { type ClassifyView, classifyParams, parseClassifyView } from './url';

const CLASSIFY_PAGE = graphql(
  `
    query ClassifyPage {
      deployments { model alias number }
      models { id name versions { id number } }
      samples { ...Samples_samples }
    }
  `,
  [Samples_samples],
);
type Data = ResultOf<typeof CLASSIFY_PAGE>;

export function ClassifyPage() {
  const asked = useQuery(CLASSIFY_PAGE);
  useRefreshOn(['MODEL'], asked.refetch);
  return (
    <>
      <PageHead title="Classify" />
      <Answer of={asked}>{(data) => <Classify data={data} />}</Answer>
    </>
  );
}

function Classify({ data: { deployments, models, samples } }: { readonly data: Data }) {
  const [params, setParams] = useSearchParams();
  const view = parseClassifyView(params);
  const setView = (next: Partial<ClassifyView>): void =>
    setParams(classifyParams({ ...view, ...next }), { replace: true });
  const count = useReactiveVar(photoStore).length;

  const serving = deployments.map(({ model, alias, number }) => ({ target: { model, alias }, number }));
  const versions = models.flatMap(({ name: model, versions }) =>
    versions.map(({ number }) => ({ target: { model, version: number }, number })),
  );
  const answerers: readonly Answerer[] = [...serving, ...versions];
  const find = (wanted: Target | null): Target | null =>
    answerers.find(({ target }) => wanted && nameOfTarget(target) === nameOfTarget(wanted))?.target ?? null;
  const usual = serving.find(({ target }) => target.alias === 'production') ?? serving[0];
  const target = find(view.target) ?? usual?.target;
  const beside = find(view.beside);
  const targets = useTargets(target ?? null, beside);

  if (!target || !targets) {
    return (
      <Empty
        title="No model serves yet"
        text="A model answers once one of its versions is in production: register what a run made, and promote it."
      >
        <Link to="/">The three steps there</Link>
      </Empty>
    );
  }
  return (
    <>
      {view.target && !find(view.target) && (
        <Text role="alert">
          {nameOfTarget(view.target)} does not serve any more; {nameOfTarget(target)} answers.
        </Text>
      )}
      <TargetPicker
        answerers={answerers}
        target={target}
        beside={beside}
        onChoose={(who, other) => setView({ target: who, beside: other })}
      />
      <TakePhotos />
      {count === 0 ? (
        <Section title="Or try one of these">
          <Samples samples={samples} />
        </Section>
      ) : (
        <Section title={count === 1 ? 'Photo' : `${count} photos`}>
          <PhotoQueue targets={targets} order={view} onOrder={setView} />
        </Section>
      )}
    </>
  );
}

/** The same list as long as the same are asked. */
function useTargets(target: Target | null, beside: Target | null): readonly [Target, ...Target[]] | null {
  const key = JSON.stringify([target, beside]);
  return useMemo(() => {
    const [first, second] = JSON.parse(key) as [Target | null, Target | null];
    if (!first) return null;
    return second && nameOfTarget(second) !== nameOfTarget(first) ? [first, second] : [first];
  }, [key]);
}
