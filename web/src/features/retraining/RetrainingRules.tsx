import { useQuery } from '@apollo/client/react';
import { Group } from '@mantine/core';
import { Suspense, useState } from 'react';
import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { useRefreshOn } from '../../app/changes';
import { lazyPage } from '../../app/lazy-page';
import { graphql, type ResultOf } from '../../graphql';
import { formatDate, formatWords } from '../../lib/format';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { DataTable } from '../../ui/DataTable';
import { MODES, waitsFor } from './rule-text';

const RuleForm = lazyPage(async () => (await import('./RuleForm')).RuleForm);
const CancelRound = lazyPage(async () => (await import('./CancelRound')).CancelRound);
const RemoveRule = lazyPage(async () => (await import('./RemoveRule')).RemoveRule);

const RULES = graphql(`
  query RetrainingRules($model: String!) {
    retrainingRules(model: $model) {
      id name mode trigger threshold days addJudged pipeline backbone imageSize startsPerWeek hoursPerWeek action
      outlook { text starts }
      rounds(first: 20) { id state reason judgedPhotos version outcome startedAt }
    }
  }
`);
type Rule = ResultOf<typeof RULES>['retrainingRules'][number];

/** States of a round that is under way. */
const UNDER_WAY: readonly string[] = ['STARTING', 'TRAINING', 'PROMOTING'];

/** The form that is open, and the rule that it is about; null for a new one. */
interface Open {
  readonly form: 'change' | 'cancel' | 'delete';
  readonly rule: Rule | null;
}

/**
 * The rules of a model that start training by themselves, and the rounds that they started. They ask by themselves: what a
 * rule measures may take a second, and the page of a model asks often while a rollout runs.
 */
export function RetrainingRules({ model }: { readonly model: string }) {
  const asked = useQuery(RULES, { variables: { model } });
  useRefreshOn(['MODEL'], asked.refetch, model);
  return (
    <Answer of={asked}>
      {({ retrainingRules }) => <Rules model={model} rules={retrainingRules} refetch={asked.refetch} />}
    </Answer>
  );
}

interface Props {
  readonly model: string;
  readonly rules: readonly Rule[];
  readonly refetch: () => unknown;
}

function Rules({ model, rules, refetch }: Props) {
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const done = async (): Promise<void> => {
    close();
    await refetch();
  };
  return (
    <>
      {rules.length === 0 ? (
        <p>A rule starts training by itself: by schedule, after judged photos, on drift, or when accuracy falls.</p>
      ) : (
        <DataTable
          label="Retraining rules"
          heads={['Rule', 'Mode', 'Waits for', 'Now', 'Actions']}
          rows={rules.map((rule) => ({
            key: rule.id,
            cells: [
              rule.name,
              MODES[rule.mode],
              waitsFor(rule),
              <span key="now" className="prose">
                {rule.outlook.text}
              </span>,
              <Group key="actions" gap="xs" wrap="nowrap">
                <ActionButton
                  needs="saveRetrainingRule"
                  size="compact-sm"
                  variant="default"
                  aria-label={`Change ${rule.name}`}
                  onClick={() => setOpen({ rule, form: 'change' })}
                >
                  Change…
                </ActionButton>
                {rule.rounds.some(({ state }) => UNDER_WAY.includes(state)) && (
                  <ActionButton
                    needs="cancelRetrainingRound"
                    size="compact-sm"
                    variant="default"
                    aria-label={`Cancel round of ${rule.name}`}
                    onClick={() => setOpen({ rule, form: 'cancel' })}
                  >
                    Cancel round…
                  </ActionButton>
                )}
                <ActionButton
                  needs="deleteRetrainingRule"
                  size="compact-sm"
                  variant="default"
                  aria-label={`Delete ${rule.name}`}
                  onClick={() => setOpen({ rule, form: 'delete' })}
                >
                  Delete…
                </ActionButton>
              </Group>,
            ],
          }))}
        />
      )}
      {open === null && (
        <Group my="xs">
          <ActionButton
            needs="saveRetrainingRule"
            size="xs"
            variant="default"
            onClick={() => setOpen({ rule: null, form: 'change' })}
          >
            New rule…
          </ActionButton>
        </Group>
      )}
      <Suspense>
        {open?.rule && open.form === 'cancel' && (
          <CancelRound model={model} name={open.rule.name} onCanceled={done} close={close} />
        )}
        {open?.rule && open.form === 'delete' && (
          <RemoveRule model={model} name={open.rule.name} onDeleted={done} close={close} />
        )}
        {open?.form === 'change' && (
          <RuleForm key={open.rule?.id ?? 'new'} model={model} rule={open.rule} onSaved={done} close={close} />
        )}
      </Suspense>
      <Rounds model={model} rules={rules} />
    </>
  );
}

/** The rounds of all rules, newest first. */
function Rounds({ model, rules }: { readonly model: string; readonly rules: readonly Rule[] }) {
  const rounds = rules
    .flatMap(({ name, rounds: own }) => own.map((round) => ({ ...round, rule: name })))
    .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
  if (rounds.length === 0) return null;
  return (
    <details>
      <summary>Rounds</summary>
      <DataTable
        label="Rounds"
        heads={['Started', 'Rule', 'State', ' Judged photos', 'Version', 'Why, and what came of it']}
        rows={rounds.map(({ id, startedAt, rule, state, judgedPhotos, version, reason, outcome }) => ({
          key: id,
          cells: [
            formatDate(startedAt),
            rule,
            formatWords(state),
            judgedPhotos,
            version !== null && (
              <Link key="version" to={urls.modelVersion(model, version)}>
                Version {version}
              </Link>
            ),
            <span key="why" className="prose">
              {reason} {outcome}
            </span>,
          ],
        }))}
      />
    </details>
  );
}
