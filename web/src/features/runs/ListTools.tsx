import { useApolloClient } from '@apollo/client/react';
import { Button, NativeSelect } from '@mantine/core';
import { Suspense, useState } from 'react';
import { lazyPage } from '../../app/lazy-page';
import { BASE_PATH } from '../../lib/base-path';
import { filterOf, GROUPING_NAMES, GROUPINGS, type RunsView, readRunsView, writeRunsView } from '../../lib/runs-view';
import { FilterBar } from '../../ui/FilterBar';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';
import { type Format, saveRunTable } from './export';
import { readSavedViews, type SavedViews, writeSavedViews } from './saved-views';

const ColumnPicker = lazyPage(async () => (await import('./ColumnPicker')).ColumnPicker);
const SaveView = lazyPage(async () => (await import('./SaveView')).SaveView);

interface Props {
  readonly view: RunsView;
  readonly show: (change: Partial<RunsView>) => void;
}

/** Saved views of the list, its groups, its columns, and its downloads. */
export function ListTools({ view, show }: Props) {
  const client = useApolloClient();
  const { busy, problem, run } = useTask();
  const [open, setOpen] = useState<'save' | 'columns' | null>(null);
  const [views, setViews] = useState(() => readSavedViews(BASE_PATH));
  const close = (): void => setOpen(null);
  const keep = (next: SavedViews): void => {
    writeSavedViews(BASE_PATH, next);
    setViews(next);
  };
  const present = String(writeRunsView({ ...view, ids: [] }));
  const current = Object.keys(views).find((name) => views[name] === present);
  const load = (format: Format): unknown =>
    run(() =>
      saveRunTable(client, format, { filter: filterOf(view), sort: { by: view.sort, direction: view.direction } }),
    );
  const { [current ?? '']: _, ...others } = views;
  return (
    <>
      <FilterBar label="View of the list">
        <NativeSelect
          size="xs"
          label="View"
          value={current ?? ''}
          onChange={({ currentTarget: { value } }) =>
            show({ ...readRunsView(new URLSearchParams(views[value] ?? '')), ids: view.ids })
          }
          data={[
            { value: '', label: current === undefined && present ? 'Not saved' : 'All runs' },
            ...Object.keys(views),
          ]}
        />
        {current === undefined ? (
          <Button size="xs" variant="default" disabled={present === ''} onClick={() => setOpen('save')}>
            Save view…
          </Button>
        ) : (
          <Button size="xs" variant="default" onClick={() => keep(others)}>
            Forget view
          </Button>
        )}
        <NativeSelect
          size="xs"
          label="Group by"
          value={view.group ?? ''}
          onChange={({ currentTarget: { value } }) =>
            show({ group: GROUPINGS.find((known) => known === value) ?? null })
          }
          data={[
            { value: '', label: 'Nothing' },
            ...GROUPINGS.map((value) => ({ value, label: GROUPING_NAMES[value] })),
          ]}
        />
        <Button size="xs" variant="default" onClick={() => setOpen('columns')}>
          Columns…
        </Button>
        {(['csv', 'json'] as const).map((format) => (
          <Button key={format} size="xs" variant="default" loading={busy} onClick={() => load(format)}>
            Download {format.toUpperCase()}
          </Button>
        ))}
      </FilterBar>
      <Suspense>
        {open === 'save' && <SaveView save={(name) => keep({ ...views, [name]: present })} close={close} />}
        {open === 'columns' && (
          <ColumnPicker columns={view.columns} onChoose={(columns) => show({ columns })} close={close} />
        )}
      </Suspense>
      {problem && <Problem message={problem} />}
    </>
  );
}
