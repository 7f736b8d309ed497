import { useQuery } from '@apollo/client/react';
import { useDisclosure } from '@mantine/hooks';
import { ActionButton } from '../../app/ActionButton';
import { AddBackbone } from '../../features/settings/AddBackbone';
import { BUILT_IN_BACKBONE, MissingBackbones } from '../../features/settings/MissingBackbones';
import { graphql } from '../../graphql';
import { formatAge } from '../../lib/format';
import { Answer } from '../../ui/Answer';
import { Copyable } from '../../ui/Copyable';
import { DataTable } from '../../ui/DataTable';
import { Empty } from '../../ui/Empty';
import { Section } from '../../ui/Section';

const BACKBONES = graphql(
  `
  query BackbonesPage {
    backbones { id name architecture trainedOn figures licence source sha256 createdAt }
    builtInBackbones { name ...MissingBackbones_backbone }
  }
`,
  [BUILT_IN_BACKBONE],
);

/** The pretrained networks that runs can start from. */
export function BackbonesPage() {
  const asked = useQuery(BACKBONES);
  const [adding, { open, close }] = useDisclosure();
  const added = (): Promise<unknown> => {
    close();
    return asked.refetch();
  };
  return (
    <Section
      title="Backbones"
      tools={
        !adding && (
          <ActionButton needs="addBackbone" size="xs" onClick={open}>
            Add a backbone
          </ActionButton>
        )
      }
    >
      {adding && <AddBackbone onAdded={added} close={close} />}
      <Answer of={asked}>
        {({ backbones, builtInBackbones }) => (
          <>
            {backbones.length === 0 ? (
              <Empty
                title="No backbones added yet"
                text="A backbone is the pretrained network that runs start from. The included ones are added when a run first uses them."
              />
            ) : (
              <DataTable
                label="Backbones"
                heads={['Name', 'Architecture', 'Trained on', 'Accuracy', 'License', 'Added', 'Source']}
                rows={backbones.map((backbone) => ({
                  key: backbone.id,
                  cells: [
                    backbone.name,
                    backbone.architecture,
                    ...[backbone.trainedOn, backbone.figures, backbone.licence].map((text) => (
                      <span key={text} className="prose">
                        {text}
                      </span>
                    )),
                    formatAge(backbone.createdAt),
                    <details key="source">
                      <summary>Show</summary>
                      <span className="prose">
                        {backbone.source}. SHA-256: <Copyable value={backbone.sha256} />
                      </span>
                    </details>,
                  ],
                }))}
              />
            )}
            <MissingBackbones
              of={builtInBackbones.filter(({ name }) => !backbones.some((backbone) => backbone.name === name))}
              onAdded={asked.refetch}
            />
          </>
        )}
      </Answer>
    </Section>
  );
}
