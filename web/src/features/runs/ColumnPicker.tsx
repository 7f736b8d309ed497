import { useQuery } from '@apollo/client/react';
import { Button, Checkbox, Group } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../../graphql';
import { titleOf } from '../../lib/hyperparameter';
import { Answer } from '../../ui/Answer';
import { Dialog } from '../../ui/Dialog';
import classes from './ColumnPicker.module.css';
import { COLUMNS, columnsOf } from './columns';

const SETTINGS = graphql(`
  query ColumnSettings {
    hyperparameters { name description }
  }
`);

const keysOf = (columns: readonly string[] | null): string[] => columnsOf(columns).map(({ key }) => key);

interface Props {
  /** Null for the usual columns. */
  readonly columns: readonly string[] | null;
  readonly onChoose: (columns: readonly string[] | null) => void;
  readonly close: () => void;
}

/** Chooses the columns of the run list, from facts, metrics and hyperparameters. */
export function ColumnPicker({ columns, onChoose, close }: Props) {
  const asked = useQuery(SETTINGS, { fetchPolicy: 'cache-first' });
  // The address changes a moment later than the boxes.
  const [chosen, setChosen] = useState(() => keysOf(columns));
  const choose = (next: readonly string[] | null): void => {
    setChosen(keysOf(next));
    onChoose(next);
  };
  const box = (key: string, label: string, title?: string) => (
    <Checkbox
      key={key}
      size="xs"
      label={label}
      title={title}
      checked={chosen.includes(key)}
      disabled={key === 'run'}
      onChange={({ currentTarget: { checked } }) =>
        choose(checked ? [...chosen, key] : chosen.filter((other) => other !== key))
      }
    />
  );
  return (
    <Dialog title="Columns of the list" wide close={close}>
      <fieldset className={classes.columns}>
        <legend>Facts and metrics</legend>
        {COLUMNS.map(({ key, label, title }) => box(key, label, title))}
      </fieldset>
      <Answer of={asked}>
        {({ hyperparameters }) => (
          <fieldset className={classes.columns}>
            <legend>Hyperparameters</legend>
            {hyperparameters.map(({ name, description }) => box(name, titleOf(name), description))}
          </fieldset>
        )}
      </Answer>
      <Group gap="xs">
        <Button onClick={close}>Done</Button>
        <Button variant="default" disabled={columns === null} onClick={() => choose(null)}>
          Usual columns
        </Button>
      </Group>
    </Dialog>
  );
}
