import { useMutation, useQuery } from '@apollo/client/react';
import { Checkbox, Group, NumberInput, Stack, Text } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { graphql } from '../../graphql';
import { Answer } from '../../ui/Answer';
import { HubForm } from '../../ui/HubForm';
import { ReasonField } from '../../ui/ReasonField';
import { type GateRule, keyOf, type OfferedRule, offeredRules, ruleText, shownLimit, withUnit } from './gate-rules';

const SET_GATE = graphql(`
  mutation SetGate($model: String!, $rules: [GateRuleInput!], $reason: String!) {
    setGate(model: $model, rules: $rules, reason: $reason) {
      id name
      gate { kind metric limit slice }
    }
  }
`);

interface Props {
  readonly model: string;
  readonly rules: readonly GateRule[];
  readonly close: () => void;
}

const SLICES = graphql(`
  query SlicesForGate {
    savedSlices { id dataset name }
  }
`);

/** Chooses the rules that a version must meet before production may point to it. */
export function GateForm(props: Props) {
  return (
    <Answer of={useQuery(SLICES)}>
      {({ savedSlices }) => {
        const slices = savedSlices.map(({ dataset, name }) => `${dataset}/${name}`);
        return <RulesForm {...props} offers={offeredRules(slices)} />;
      }}
    </Answer>
  );
}

function RulesForm({ model, rules, close, offers }: Props & { readonly offers: readonly OfferedRule[] }) {
  const [set] = useMutation(SET_GATE);
  const form = useForm({
    initialValues: {
      defaults: false,
      reason: '',
      chosen: rules.map(keyOf),
      limits: Object.fromEntries(offers.map((offered) => [keyOf(offered), limitIn(rules, offered)])),
    },
    validate: { reason: isNotEmpty() },
  });
  const { defaults, chosen, limits } = form.values;
  const submit = async ({ reason }: typeof form.values): Promise<void> => {
    const next = offers
      .filter((offered) => chosen.includes(keyOf(offered)))
      .map((offered) => ({
        kind: offered.kind,
        metric: offered.metric,
        slice: offered.slice ?? null,
        limit: offered.unit ? Number(limits[keyOf(offered)]) / (offered.scale ?? 1) : 0,
      }));
    await set({ variables: { model, rules: defaults ? null : next, reason: reason.trim() } });
    close();
  };
  return (
    <HubForm
      form={form}
      label="Gate rules"
      action="Save rules"
      refusal="The rules were not changed"
      onSubmit={submit}
      close={close}
    >
      <Checkbox label="Use the default rules" {...form.getInputProps('defaults', { type: 'checkbox' })} />
      {!defaults && (
        <Checkbox.Group label="A version must meet these rules" {...form.getInputProps('chosen')}>
          <Stack gap="xs" mt={4}>
            {offers.map((offered) => {
              const key = keyOf(offered);
              return (
                <Group key={key} gap="xs">
                  <Checkbox value={key} label={offered.text} aria-label={ruleText(asRule(offered), '…')} />
                  {offered.unit && (
                    <NumberInput
                      size="xs"
                      w="7rem"
                      min={0}
                      max={offered.scale}
                      aria-label={`Limit: ${ruleText(asRule(offered), '…')}`}
                      suffix={withUnit(offered.unit)}
                      disabled={!chosen.includes(key)}
                      {...form.getInputProps(`limits.${key}`)}
                    />
                  )}
                  {offered.rest && <Text size="sm">{offered.rest}</Text>}
                </Group>
              );
            })}
          </Stack>
        </Checkbox.Group>
      )}
      <ReasonField {...form.getInputProps('reason')} />
    </HubForm>
  );
}

function limitIn(rules: readonly GateRule[], offered: OfferedRule): number | string {
  const rule = rules.find((each) => keyOf(each) === keyOf(offered));
  return rule ? shownLimit(rule.limit, offered) : 0;
}

const asRule = ({ kind, metric, slice = null }: OfferedRule): GateRule => ({ kind, metric, slice, limit: 0 });
