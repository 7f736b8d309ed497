import { graphql, type ResultOf } from '../../graphql';
import { formatCount, formatShare, shortId } from '../../lib/format';
import { urls } from '../../lib/urls';
import type { LineageStop } from './LineageGraph';

/** A run on the way to something. */
export const LINEAGE_RUN = graphql(`
  fragment LineageRun on Run @_unmask {
    id kind validationAccuracy backboneName
    recipe { splitLayer }
    backbone { id name }
    datasetVersion { id dataset number imageCount derivation { parents { id dataset number } } }
  }
`);

type Run = ResultOf<typeof LINEAGE_RUN>;

/** Stops up to a chain of runs: dataset versions with those that they were derived from, backbones, runs. */
export function stopsOfRuns(runs: readonly Run[], current?: string): LineageStop[] {
  const stops = new Map<string, LineageStop>();
  const add = (stop: LineageStop): string => {
    if (!stops.has(stop.id)) stops.set(stop.id, stop);
    return stop.id;
  };
  let before: string | null = null;
  let last: string | null = null; // the data of the run before
  for (const run of runs) {
    const data = dataStops(run.datasetVersion);
    for (const stop of data) add(stop);
    const backbone = add({ id: `backbone ${run.backboneName}`, kind: 'Backbone', name: run.backboneName, from: [] });
    const own = run.datasetVersion.id;
    const from: string[] = before === null ? [own, backbone] : own === last ? [before] : [own, before];
    before = add(runStop(run, from, run.id === current));
    last = own;
  }
  return [...stops.values()];
}

/** A dataset version after those that it was derived from. */
export function dataStops({ id, dataset, number, imageCount, derivation }: Run['datasetVersion']): LineageStop[] {
  const parents = (derivation?.parents ?? []).map((parent) => ({
    id: parent.id,
    kind: 'Dataset version',
    name: `${parent.dataset} ${parent.number}`,
    to: urls.datasetVersion(parent.dataset, parent.number),
    from: [],
  }));
  const own = {
    id,
    kind: 'Dataset version',
    name: `${dataset} ${number}`,
    to: urls.datasetVersion(dataset, number),
    note: `${formatCount(imageCount)} images`,
    from: parents.map((parent) => parent.id),
  };
  return [...parents, own];
}

function runStop({ id, kind, validationAccuracy, recipe }: Run, from: string[], current: boolean): LineageStop {
  return {
    id,
    kind: kind === 'TRANSFER' ? 'Transfer run' : `Fine-tune run after ${recipe.splitLayer}`,
    name: shortId(id),
    to: urls.run(id),
    note: validationAccuracy === null ? null : `validation ${formatShare(validationAccuracy)}`,
    from,
    current,
  };
}

interface Version {
  readonly model: string;
  readonly number: number;
  readonly testAccuracy: number;
  readonly aliases: readonly string[];
}

/** A model version and its aliases. */
export function versionStops(
  { model, number, testAccuracy, aliases }: Version,
  from: readonly string[],
  current: boolean,
): LineageStop[] {
  const id = `version ${model} ${number}`;
  return [
    {
      id,
      kind: 'Model version',
      name: `${model} ${number}`,
      to: urls.modelVersion(model, number),
      note: `test ${formatShare(testAccuracy, 2)}`,
      from,
      current,
    },
    ...(aliases.length === 0 ? [] : [{ id: `${id} aliases`, kind: 'Aliases', name: aliases.join(', '), from: [id] }]),
  ];
}
