import { useQuery, useReactiveVar } from '@apollo/client/react';
import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { PhotoQueue } from '../../features/classify/PhotoQueue';
import { photos as photoStore } from '../../features/classify/photos';
import { Samples, Samples_samples } from '../../features/classify/Samples';
import { TakePhotos } from '../../features/classify/TakePhotos';
import { type TargetChoice, TargetPicker } from '../../features/classify/TargetPicker';
import { graphql, type ResultOf } from '../../graphql';
import { presentParams } from '../../lib/present-params';
import { nameOfTarget, type Target } from '../../lib/target';
import { urls } from '../../lib/urls';
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
    setParams(classifyParams({ ...parseClassifyView(presentParams()), ...next }), { replace: true });
  const count = useReactiveVar(photoStore).length;

  const serving = deployments.map(({ model, alias, number }) => ({ target: { model, alias }, number }));
  const versions = models.flatMap(({ name: model, versions }) =>
    versions.map(({ number }) => ({ target: { model, version: number }, number })),
  );
  const choices: readonly TargetChoice[] = [...serving, ...versions];
  const find = (wanted: Target | null): Target | null =>
    choices.find(({ target }) => wanted && nameOfTarget(target) === nameOfTarget(wanted))?.target ?? null;
  const usual = serving.find(({ target }) => target.alias === 'production') ?? serving[0];
  const target = find(view.target) ?? usual?.target;
  const compared = find(view.compared);
  const targets = useTargets(target ?? null, compared);

  if (!target || !targets) {
    return (
      <Empty
        title="No model in production yet"
        text="To classify photos, register a run as a model version and promote it to production."
      >
        <Link to="/">Start here</Link>
      </Empty>
    );
  }
  return (
    <>
      {view.target && !find(view.target) && (
        <Text role="alert">
          {nameOfTarget(view.target)} is no longer served; {nameOfTarget(target)} answers instead.
        </Text>
      )}
      <TargetPicker
        choices={choices}
        target={target}
        compared={compared}
        onChoose={(next, other) => setView({ target: next, compared: other })}
      />
      <TakePhotos />
      <Text c="dimmed" mt="xs">
        For a whole folder, an archive or a dataset, start a{' '}
        <Link to={urls.newBatch(target.model)}>batch prediction</Link>.
      </Text>
      {count === 0 ? (
        <Section title="Sample photos">
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

/** Keeps the list's identity while the targets stay the same. */
function useTargets(target: Target | null, compared: Target | null): readonly [Target, ...Target[]] | null {
  const key = JSON.stringify([target, compared]);
  return useMemo(() => {
    const [first, second] = JSON.parse(key) as [Target | null, Target | null];
    if (!first) return null;
    return second && nameOfTarget(second) !== nameOfTarget(first) ? [first, second] : [first];
  }, [key]);
}
