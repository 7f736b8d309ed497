import { useMutation } from '@apollo/client/react';
import { Checkbox, Group, NumberInput, Stack, Text } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { graphql } from '../../graphql';
import { HubForm } from '../../ui/HubForm';
import { ReasonField } from '../../ui/ReasonField';
import { type GateRule, keyOf, OFFERED, ruleText, shownLimit, withUnit } from './gate-rules';

const SET_GATE = graphql(`
  mutation SetGate($model: String!, $rules: [GateRuleInput!], $reason: String!) {
    setGate(model: $model, rules: $rules, reason: $reason) {
      id name
      gate { kind metric limit }
    }
  }
`);

interface Props {
  readonly model: string;
  readonly rules: readonly GateRule[];
  readonly close: () => void;
}

/** Chooses the rules that a version must meet before production may point to it. */
export function GateForm({ model, rules, close }: Props) {
  const [set] = useMutation(SET_GATE);
  const form = useForm({
    initialValues: {
      defaults: false,
      reason: '',
      chosen: rules.map(keyOf),
      limits: Object.fromEntries(OFFERED.map((offered) => [keyOf(offered), limitIn(rules, offered)])),
    },
    validate: { reason: isNotEmpty() },
  });
  const { defaults, chosen, limits } = form.values;
  const submit = async ({ reason }: typeof form.values): Promise<void> => {
    const next = OFFERED.filter((offered) => chosen.includes(keyOf(offered))).map((offered) => ({
      kind: offered.kind,
      metric: offered.metric,
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
            {OFFERED.map((offered) => {
              const key = keyOf(offered);
              return (
                <Group key={key} gap="xs">
                  <Checkbox value={key} label={offered.text} aria-label={ruleText({ ...offered, limit: 0 }, '…')} />
                  {offered.unit && (
                    <NumberInput
                      size="xs"
                      w="7rem"
                      min={0}
                      max={offered.scale}
                      aria-label={`Limit: ${ruleText({ ...offered, limit: 0 }, '…')}`}
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

function limitIn(rules: readonly GateRule[], offered: (typeof OFFERED)[number]): number | string {
  const rule = rules.find((each) => keyOf(each) === keyOf(offered));
  return rule ? shownLimit(rule.limit, offered) : 0;
}
