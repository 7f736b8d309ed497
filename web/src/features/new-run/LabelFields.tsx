import { Textarea, TextInput } from '@mantine/core';
import classes from './NewRun.module.css';
import type { RunLabel } from './plans';

interface Props {
  /** What gets the name and the note. */
  readonly of: 'run' | 'sweep';
  readonly label: RunLabel;
  readonly onChange: (label: RunLabel) => void;
}

/** The name and the note of what a form starts. */
export function LabelFields({ of, label, onChange }: Props) {
  return (
    <div className={classes.choices}>
      <TextInput
        label="Name"
        description={`To find the ${of} again; need not be unique`}
        maxLength={100}
        value={label.name}
        onChange={({ currentTarget: { value } }) => onChange({ ...label, name: value })}
      />
      <Textarea
        label="Note"
        description={`What the ${of} is to show`}
        maxLength={2000}
        rows={1}
        value={label.note}
        onChange={({ currentTarget: { value } }) => onChange({ ...label, note: value })}
      />
    </div>
  );
}
