import { useQuery } from '@apollo/client/react';
import { NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { graphql } from '../../graphql';
import { KINDS, METRICS, type Metric, type RunsView, STATES } from '../../lib/runs-view';
import classes from './RunFilters.module.css';
import { STATE_WORDS } from './StateMark';

const DATASETS = graphql(`
  query DatasetNames {
    datasets { id name versions { id number } }
  }
`);

/** Milliseconds that a pause in typing lasts. */
const PAUSE = 250;

const METRIC_WORDS: Readonly<Record<Metric, string>> = {
  BEST_VALIDATION_ACCURACY: 'Best validation accuracy',
  TEST_ACCURACY: 'Test accuracy',
  BEST_VALIDATION_LOSS: 'Best validation loss',
  TEST_LOSS: 'Test loss',
  EPOCH_SECONDS: 'Seconds of all epochs',
};

interface Props {
  readonly view: RunsView;
  readonly show: (change: Partial<RunsView>) => void;
}

/** Which runs the list shows. */
export function RunFilters({ view, show }: Props) {
  const { states, kind, dataset, datasetVersion, metric } = view;
  const { data } = useQuery(DATASETS, { fetchPolicy: 'cache-first' });
  const named = data?.datasets.find(({ name }) => name === dataset);
  return (
    <search className={classes.filters} aria-label="Filter of the list">
      <Typed
        label="Search"
        placeholder="Part of an id or a tag"
        value={view.text}
        onType={(text) => show({ text })}
        first
      />
      <fieldset className={classes.states}>
        <legend className={classes.legend}>State</legend>
        {STATES.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={states.includes(state)}
            onClick={() =>
              show({ states: states.includes(state) ? states.filter((other) => other !== state) : [...states, state] })
            }
          >
            {STATE_WORDS[state]}
          </button>
        ))}
      </fieldset>
      <NativeSelect
        size="xs"
        label="Kind"
        value={kind ?? ''}
        onChange={({ currentTarget: { value } }) => show({ kind: KINDS.find((known) => known === value) ?? null })}
        data={[
          { value: '', label: 'Any' },
          { value: 'TRANSFER', label: 'Transfer' },
          { value: 'FINE_TUNE', label: 'Fine-tune' },
        ]}
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
      <Typed label="Tag" placeholder="Whole tag" value={view.tag} onType={(tag) => show({ tag })} />
      <NativeSelect
        size="xs"
        label="Figure"
        value={metric ?? ''}
        onChange={({ currentTarget: { value } }) =>
          show({ metric: METRICS.find((known) => known === value) ?? null, atLeast: null, atMost: null })
        }
        data={[{ value: '', label: 'Any' }, ...METRICS.map((value) => ({ value, label: METRIC_WORDS[value] }))]}
      />
      {metric && (
        <>
          <Bound label="At least" value={view.atLeast} onType={(atLeast) => show({ atLeast })} />
          <Bound label="At most" value={view.atMost} onType={(atMost) => show({ atMost })} />
        </>
      )}
    </search>
  );
}

/** All datasets, and the one of the address also while they are not known. */
function namesOf(datasets: readonly { readonly name: string }[], asked: string | null): string[] {
  return [...new Set([...datasets.map(({ name }) => name), ...(asked === null ? [] : [asked])])];
}

interface TypedProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onType: (text: string) => void;
  /** Whether "/" leads here. */
  readonly first?: boolean;
  readonly short?: boolean;
}

/** What is typed counts after a pause; what the address says otherwise is shown at once. */
function Typed({ label, value, placeholder, onType, first, short }: TypedProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const tell = useDebouncedCallback(onType, PAUSE);
  return (
    <TextInput
      size="xs"
      label={label}
      value={text}
      className={classes[short ? 'short' : 'typed'] ?? ''}
      {...(placeholder && { placeholder })}
      {...(first && { 'data-filter': true })}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value);
        tell(currentTarget.value);
      }}
    />
  );
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
  return <Typed label={label} value={value === null ? '' : `${value}`} onType={read} short />;
}
