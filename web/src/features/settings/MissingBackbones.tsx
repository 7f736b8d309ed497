import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { ActionButton } from '../../app/ActionButton';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatBytes } from '../../lib/format';
import { DataTable } from '../../ui/DataTable';
import { Problem } from '../../ui/Problem';
import { Section } from '../../ui/Section';
import { useTask } from '../../ui/useTask';

export const BUILT_IN_BACKBONE = graphql(`
  fragment MissingBackbones_backbone on BuiltInBackbone {
    name trainedOn figures licence downloadBytes problem
  }
`);

const ADD = graphql(`
  mutation AddBuiltInBackbone($name: String!) {
    addBackbone(input: { name: $name }) { id name }
  }
`);

interface Props {
  readonly of: readonly FragmentOf<typeof BUILT_IN_BACKBONE>[];
  readonly onAdded: () => unknown;
}

/** The backbones that the hub can add by itself, and has not yet. */
export function MissingBackbones({ of, onAdded }: Props) {
  const backbones = readFragment(BUILT_IN_BACKBONE, of);
  const [add] = useMutation(ADD);
  const { busy, problem, run } = useTask();
  const [asked, setAsked] = useState('');
  if (backbones.length === 0) return null;
  return (
    <Section title="Available">
      {problem !== null && <Problem title="Not added" message={problem} />}
      <DataTable
        label="Available backbones"
        heads={['Name', 'Trained on', 'Accuracy', 'License', 'Download', 'Actions']}
        rows={backbones.map(({ name, trainedOn, figures, licence, downloadBytes, problem: why }) => ({
          key: name,
          cells: [
            name,
            ...[trainedOn, figures, licence].map((text) => (
              <span key={text} className="prose">
                {text}
              </span>
            )),
            why === null ? (
              downloadBytes === null ? (
                'included'
              ) : (
                formatBytes(downloadBytes)
              )
            ) : (
              <details key="why">
                <summary>not possible now</summary>
                <span className="prose">{why}</span>
              </details>
            ),
            <ActionButton
              key="add"
              needs="addBackbone"
              size="compact-sm"
              variant="default"
              aria-label={`Add ${name}`}
              disabled={busy || why !== null}
              loading={busy && asked === name}
              onClick={() => {
                setAsked(name);
                return run(() => add({ variables: { name } }).then(onAdded));
              }}
            >
              Add
            </ActionButton>,
          ],
        }))}
      />
    </Section>
  );
}
