import { Group } from '@mantine/core';
import { useState } from 'react';
import { ActionButton } from '../../app/ActionButton';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { ApprovalForm } from './ApprovalForm';
import { GateForm } from './GateForm';
import { keyOf, ruleText } from './gate-rules';

export const GATE = graphql(`
  fragment Gate_model on Model {
    name secondPerson
    gate { kind metric limit slice }
  }
`);

/** The rules that guard production, whether a second person must approve, and the forms that change both. */
export function Gate({ of }: { readonly of: FragmentOf<typeof GATE> }) {
  const { name: model, gate, secondPerson } = readFragment(GATE, of);
  const [open, setOpen] = useState<'rules' | 'approval' | null>(null);
  const close = (): void => setOpen(null);
  return (
    <>
      {gate.length === 0 ? (
        <p>No rule guards production: every version passes.</p>
      ) : (
        <ul aria-label="Gate rules">
          {gate.map((rule) => (
            <li key={keyOf(rule)}>{ruleText(rule)}</li>
          ))}
        </ul>
      )}
      <p>
        {secondPerson
          ? 'Promotions to production need the approval of a second person.'
          : 'Promotions to production need no second person.'}
      </p>
      {open === null && (
        <Group gap="xs">
          <ActionButton needs="setGate" size="xs" variant="default" onClick={() => setOpen('rules')}>
            Change rules…
          </ActionButton>
          <ActionButton needs="setApproval" size="xs" variant="default" onClick={() => setOpen('approval')}>
            {secondPerson ? 'Stop requiring a second person…' : 'Require a second person…'}
          </ActionButton>
        </Group>
      )}
      {open === 'rules' && <GateForm model={model} rules={gate} close={close} />}
      {open === 'approval' && <ApprovalForm model={model} secondPerson={!secondPerson} close={close} />}
    </>
  );
}
