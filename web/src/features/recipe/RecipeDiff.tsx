import { useQuery } from '@apollo/client/react';
import { Group, NativeSelect, Switch, Table, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatWords, shortId } from '../../lib/format';
import { showValue, titleOf } from '../../lib/hyperparameter';
import { Answer } from '../../ui/Answer';
import classes from './RecipeDiff.module.css';
import { RECIPE, RECIPE_DIFF, type Values } from './recipe';

const OTHERS = graphql(
  `
    query RecipeOthers($run: ID!, $ofRun: Boolean!) {
      hyperparameters { name description unit }
      presets { name recipe { ...Recipe } }
      run(id: $run) @include(if: $ofRun) { id recipe { ...Recipe } }
    }
  `,
  [RECIPE],
);

interface Props {
  readonly run: FragmentOf<typeof RECIPE_DIFF>;
  /** A preset or the ID of a run; null: the parent, or else the preset STANDARD. */
  readonly against: string | null;
  readonly onAgainst: (against: string | null) => void;
}

/** The resolved recipe compared with another one. */
export function RecipeDiff({ run: of, against: asked, onAgainst }: Props) {
  const { recipe, parentRunId } = readFragment(RECIPE_DIFF, of);
  const against = asked ?? parentRunId ?? 'STANDARD';
  const preset = /^[A-Z]+$/.test(against);
  const [all, setAll] = useState(false);
  const found = useQuery(OTHERS, { variables: { run: against, ofRun: !preset } });
  return (
    <section aria-labelledby="recipe">
      <Title order={2} id="recipe" mb="xs">
        Recipe
      </Title>
      <Answer of={found}>
        {({ hyperparameters, presets, run }) => {
          const other: Values | undefined = preset ? presets.find(({ name }) => name === against)?.recipe : run?.recipe;
          const rows = hyperparameters.map(({ name, description, unit }) => ({
            name,
            title: description,
            own: showValue((recipe as Values)[name], unit),
            theirs: other && showValue(other[name], unit),
          }));
          const differing = rows.filter(({ own, theirs }) => theirs !== undefined && own !== theirs);
          const shown = all || !other ? rows : differing;
          return (
            <>
              <Group gap="md" mb="xs" align="flex-end">
                <NativeSelect
                  size="xs"
                  label="Compare with"
                  value={against}
                  onChange={({ currentTarget }) => onAgainst(currentTarget.value)}
                  data={[
                    ...presets.map(({ name }) => ({ value: name, label: `Preset ${formatWords(name)}` })),
                    ...(parentRunId ? [{ value: parentRunId, label: `Parent ${shortId(parentRunId)}` }] : []),
                    ...(preset || against === parentRunId
                      ? []
                      : [{ value: against, label: `Run ${shortId(against)}` }]),
                  ]}
                />
                <OtherRun onAgainst={onAgainst} />
                <Switch
                  size="xs"
                  label="All fields"
                  checked={all}
                  onChange={({ currentTarget }) => setAll(currentTarget.checked)}
                />
              </Group>
              {!other && <Text c="red">Run {against} not found.</Text>}
              {other && (
                <Text c="dimmed">
                  {differing.length === 0
                    ? 'The recipes are identical.'
                    : `${differing.length} fields differ, ${rows.length - differing.length} are identical.`}
                </Text>
              )}
              {shown.length > 0 && (
                <Table aria-label="Recipe">
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Field</Table.Th>
                      <Table.Th className="number">This run</Table.Th>
                      {other && (
                        <Table.Th className="number">
                          {preset ? `Preset ${formatWords(against)}` : shortId(against)}
                        </Table.Th>
                      )}
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {shown.map(({ name, title, own, theirs }) => (
                      <Table.Tr
                        key={name}
                        data-differs={theirs !== undefined && own !== theirs}
                        className={classes.row}
                      >
                        <Table.Td title={title}>{titleOf(name)}</Table.Td>
                        <Table.Td className="number">{own}</Table.Td>
                        {other && <Table.Td className="number">{theirs}</Table.Td>}
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              )}
            </>
          );
        }}
      </Answer>
    </section>
  );
}

function OtherRun({ onAgainst }: Pick<Props, 'onAgainst'>) {
  const form = useForm({ initialValues: { id: '' } });
  const submit = form.onSubmit(({ id }) => {
    if (id.trim()) onAgainst(id.trim());
  });
  return (
    <form onSubmit={submit}>
      <TextInput
        size="xs"
        label="or the run with this ID"
        placeholder="Press Enter to compare"
        {...form.getInputProps('id')}
      />
    </form>
  );
}
