import { useQuery } from '@apollo/client/react';
import { Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type KeyboardEvent, useId, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { graphql } from '../graphql';
import { nodesOf } from '../lib/connection';
import { shortId } from '../lib/format';
import { stateName } from '../lib/runs';
import { urls } from '../lib/urls';
import { messageOf } from '../ui/Answer';
import { Dialog } from '../ui/Dialog';
import classes from './Palette.module.css';
import { OTHER_PAGES, PAGES } from './shortcuts';

const NAMED = graphql(`
  query PaletteNames {
    datasets { id name }
    models { id name }
    sweeps(first: 50) { edges { node { id name } } }
  }
`);

const RUNS = graphql(`
  query PaletteRuns($text: String!) {
    runs(filter: { text: $text }, first: 8) {
      edges { node { id name state datasetVersion { id dataset number } } }
    }
  }
`);

/** Milliseconds without typing after which runs are searched. */
const PAUSE = 200;
/** Most entries of each kind. */
const MOST = 8;
/** Characters that the search for runs takes. */
const LONGEST = 100;

interface Entry {
  readonly to: string;
  readonly kind: string;
  readonly name: string;
  readonly detail?: string;
}

/** Finds pages, datasets, models, sweeps and runs by what is typed. Arrow keys choose, Enter opens. */
export function Palette({ close }: { readonly close: () => void }) {
  const navigate = useNavigate();
  const list = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [asked] = useDebouncedValue(text.trim(), PAUSE);
  const { data: named, error: unnamed } = useQuery(NAMED, { fetchPolicy: 'cache-and-network' });
  const found = useQuery(RUNS, { variables: { text: asked }, fetchPolicy: 'cache-and-network' });
  const runs = (found.data ?? found.previousData)?.runs;
  const error = unnamed ?? found.error;
  const fits = ({ name }: Entry): boolean => name.toLowerCase().includes(text.trim().toLowerCase());
  const some = (entries: readonly Entry[]): readonly Entry[] => entries.filter(fits).slice(0, MOST);
  const entries: readonly Entry[] = [
    ...some([...PAGES, ...OTHER_PAGES].map(({ to, label }) => ({ to, kind: 'Page', name: label }))),
    ...(named
      ? [
          ...some(named.datasets.map(({ name }) => ({ to: urls.dataset(name), kind: 'Dataset', name }))),
          ...some(named.models.map(({ name }) => ({ to: urls.model(name), kind: 'Model', name }))),
          ...some(
            nodesOf(named.sweeps).map(({ id, name }) => ({
              to: urls.sweep(id),
              kind: 'Sweep',
              name: name ?? shortId(id),
            })),
          ),
        ]
      : []),
    ...(runs ? nodesOf(runs) : []).map(({ id, name, state, datasetVersion: { dataset, number } }) => ({
      to: urls.run(id),
      kind: 'Run',
      name: name ?? shortId(id),
      detail: `${stateName(state)} · ${dataset} ${number}`,
    })),
  ];
  const chosen = Math.min(at, entries.length - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const entry = entries[chosen];
    if (step !== undefined) setAt((chosen + step + entries.length) % Math.max(1, entries.length));
    else if (event.key === 'Enter' && entry) {
      close();
      void navigate(entry.to);
    } else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Find" close={close}>
      <TextInput
        aria-label="Find a page, dataset, model, sweep or run"
        placeholder="Name, ID, tag, note or owner"
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={entries[chosen] && `${list}-${chosen}`}
        autoComplete="off"
        data-autofocus
        maxLength={LONGEST}
        value={text}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={list} role="listbox" aria-label="Found" className={classes.list}>
        {entries.map(({ to, kind, name, detail }, i) => (
          <Link
            key={to}
            id={`${list}-${i}`}
            role="option"
            aria-selected={i === chosen}
            tabIndex={-1}
            className={classes.entry}
            to={to}
            onClick={close}
          >
            <span className={classes.kind}>{kind}</span>
            <span className={classes.name}>{name}</span>
            <span className={classes.kind}>{detail}</span>
          </Link>
        ))}
      </div>
      {error ? (
        <Text c="dimmed">{messageOf(error)}</Text>
      ) : (
        named && runs && entries.length === 0 && <Text c="dimmed">Nothing matches “{text.trim()}”.</Text>
      )}
    </Dialog>
  );
}
