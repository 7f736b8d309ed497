import { useQuery } from '@apollo/client/react';
import { NativeSelect } from '@mantine/core';
import { graphql } from '../../graphql';
import { KIND_NAMES, RUN_KINDS, RUN_STATES, stateName } from '../../lib/runs';
import { METRIC_NAMES, METRICS, type RunsView } from '../../lib/runs-view';
import { FilterBar } from '../../ui/FilterBar';
import { FilterText } from '../../ui/FilterText';
import classes from './RunFilters.module.css';

const DATASETS = graphql(`
  query DatasetNames {
    datasets { id name versions { id number } }
    backbones { id name }
  }
`);

interface Props {
  readonly view: RunsView;
  readonly show: (change: Partial<RunsView>) => void;
}

/** The filters of the run list. */
export function RunFilters({ view, show }: Props) {
  const { states, kind, dataset, datasetVersion, backbone, metric } = view;
  const { data } = useQuery(DATASETS, { fetchPolicy: 'cache-first' });
  const named = data?.datasets.find(({ name }) => name === dataset);
  return (
    <FilterBar label="Filters of the list">
      <FilterText
        label="Search"
        placeholder="Name, note, ID, tag, model…"
        value={view.text}
        onType={(text) => show({ text })}
        first
      />
      <fieldset className={classes.states}>
        <legend className={classes.legend}>State</legend>
        {RUN_STATES.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={states.includes(state)}
            onClick={() =>
              show({ states: states.includes(state) ? states.filter((other) => other !== state) : [...states, state] })
            }
          >
            {stateName(state)}
          </button>
        ))}
      </fieldset>
      <NativeSelect
        size="xs"
        label="Kind"
        value={kind ?? ''}
        onChange={({ currentTarget: { value } }) => show({ kind: RUN_KINDS.find((known) => known === value) ?? null })}
        data={[{ value: '', label: 'Any' }, ...RUN_KINDS.map((value) => ({ value, label: KIND_NAMES[value] }))]}
      />
      <NativeSelect
        size="xs"
        label="Dataset"
        value={dataset ?? ''}
        onChange={({ currentTarget: { value } }) => show({ dataset: value || null, datasetVersion: null })}
        data={[{ value: '', label: 'Any' }, ...namesOf(data?.datasets ?? [], dataset)]}
      />
      {dataset !== null && (
        <NativeSelect
          size="xs"
          label="Version"
          value={datasetVersion ?? ''}
          onChange={({ currentTarget: { value } }) => show({ datasetVersion: value ? Number(value) : null })}
          data={[
            { value: '', label: 'Any' },
            ...(named?.versions ?? []).map(({ number }) => ({ value: `${number}`, label: `${number}` })),
          ]}
        />
      )}
      <NativeSelect
        size="xs"
        label="Backbone"
        value={backbone ?? ''}
        onChange={({ currentTarget: { value } }) => show({ backbone: value || null })}
        data={[{ value: '', label: 'Any' }, ...namesOf(data?.backbones ?? [], backbone)]}
      />
      <FilterText label="Owner" placeholder="Exact name" value={view.owner} onType={(owner) => show({ owner })} />
      <FilterText label="Tag" placeholder="Exact tag" value={view.tag} onType={(tag) => show({ tag })} />
      <NativeSelect
        size="xs"
        label="Metric"
        value={metric ?? ''}
        onChange={({ currentTarget: { value } }) =>
          show({ metric: METRICS.find((known) => known === value) ?? null, atLeast: null, atMost: null })
        }
        data={[{ value: '', label: 'Any' }, ...METRICS.map((value) => ({ value, label: METRIC_NAMES[value] }))]}
      />
      {metric && (
        <>
          <Bound label="At least" value={view.atLeast} onType={(atLeast) => show({ atLeast })} />
          <Bound label="At most" value={view.atMost} onType={(atMost) => show({ atMost })} />
        </>
      )}
    </FilterBar>
  );
}

/** All names, and that of the URL even before they are loaded. */
function namesOf(all: readonly { readonly name: string }[], asked: string | null): string[] {
  return [...new Set([...all.map(({ name }) => name), ...(asked === null ? [] : [asked])])];
}

function Bound({
  label,
  value,
  onType,
}: {
  readonly label: string;
  readonly value: number | null;
  readonly onType: (value: number | null) => void;
}) {
  const read = (text: string): void => {
    const number = text.trim() ? Number(text) : null;
    if (number === null || Number.isFinite(number)) onType(number);
  };
  return <FilterText label={label} value={value === null ? '' : `${value}`} onType={read} short />;
}
