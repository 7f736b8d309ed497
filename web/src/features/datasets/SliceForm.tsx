import { useMutation } from '@apollo/client/react';
import { Checkbox, Group, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useId } from 'react';
import { useRefusal } from '../../app/me';
import { graphql, type VariablesOf } from '../../graphql';
import { HubForm } from '../../ui/HubForm';

const SAVE = graphql(`
  mutation SaveSlice($input: SaveSliceInput!) {
    saveSlice(input: $input) { id }
  }
`);
type Condition = VariablesOf<typeof SAVE>['input']['conditions'][number];

interface Column {
  readonly name: string;
  /** The most frequent ones. */
  readonly values: readonly { readonly value: string }[];
}

interface Props {
  readonly dataset: string;
  readonly labels: readonly string[];
  readonly columns: readonly Column[];
  /** Names of the slices that the dataset has. */
  readonly taken: readonly string[];
  readonly onSaved: () => Promise<unknown>;
  readonly close: () => void;
}

const EMPTY = {
  ...{ name: '', label: '', column: '', value: '', likeTraining: false },
  ...{ darkest: '' as Bound, brightest: '' as Bound, smallest: '' as Bound, largest: '' as Bound },
};
/** A number field that may be empty. */
type Bound = number | string;

/** Saves a slice of one class, one value of a column, and ranges of brightness and size. The API takes more of each. */
export function SliceForm({ dataset, labels, columns, taken, onSaved, close }: Props) {
  const [save] = useMutation(SAVE);
  const form = useForm({
    initialValues: EMPTY,
    validateInputOnChange: ['name'],
    validate: {
      name: (name) =>
        name.trim() === '' || (taken.includes(name.trim()) && 'There is a slice of this name. Choose another.'),
      value: (value, { column }) => column !== '' && value.trim() === '',
    },
  });
  const { values } = form;
  const list = useId();
  const known = columns.find(({ name }) => name === values.column)?.values ?? [];
  const submit = async (given: typeof EMPTY): Promise<void> => {
    await save({ variables: { input: { dataset, name: given.name.trim(), conditions: conditionsIn(given) } } });
    await onSaved();
  };
  const bound = (label: string, field: keyof typeof EMPTY, max?: number) => (
    <NumberInput label={label} min={0} {...(max && { max })} w="11rem" {...form.getInputProps(field)} />
  );
  return (
    <HubForm
      form={form}
      label="New slice"
      action="Save slice"
      refusal="The slice was not saved"
      refused={useRefusal('saveSlice')}
      ready={form.isValid() && conditionsIn(values).length > 0}
      onSubmit={submit}
      close={close}
    >
      <TextInput label="Name" maxLength={64} required autoFocus maw="22rem" {...form.getInputProps('name')} />
      <Group gap="sm" align="flex-end">
        <NativeSelect label="Class" data={[{ value: '', label: 'Any' }, ...labels]} {...form.getInputProps('label')} />
        {columns.length > 0 && (
          <NativeSelect
            label="Column"
            data={[{ value: '', label: 'None' }, ...columns.map(({ name }) => name)]}
            {...form.getInputProps('column')}
          />
        )}
        {values.column !== '' && (
          <TextInput label="Value" list={list} maxLength={100} required {...form.getInputProps('value')} />
        )}
      </Group>
      <datalist id={list}>
        {known.map(({ value }) => (
          <option key={value} value={value} />
        ))}
      </datalist>
      <Group gap="sm">
        {bound('Brightness from (of 255)', 'darkest', 255)}
        {bound('Brightness to', 'brightest', 255)}
        {bound('Shorter side from (pixels)', 'smallest')}
        {bound('Shorter side to', 'largest')}
      </Group>
      <Checkbox label="Looks like a training image" {...form.getInputProps('likeTraining', { type: 'checkbox' })} />
    </HubForm>
  );
}

function conditionsIn({ label, column, value, darkest, brightest, smallest, largest, likeTraining }: typeof EMPTY) {
  const conditions: Condition[] = [];
  if (label !== '') conditions.push({ kind: 'CLASS', values: [label] });
  if (column !== '') conditions.push({ kind: 'COLUMN', column, values: [value.trim()] });
  if (darkest !== '' || brightest !== '') conditions.push({ kind: 'BRIGHTNESS', ...range(darkest, brightest) });
  if (smallest !== '' || largest !== '') conditions.push({ kind: 'SIZE', ...range(smallest, largest) });
  if (likeTraining) conditions.push({ kind: 'DUPLICATE' });
  return conditions;
}

const range = (from: Bound, to: Bound) => ({ from: end(from), to: end(to) });
const end = (bound: Bound): number | null => (bound === '' ? null : Number(bound));
