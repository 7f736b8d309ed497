import { useQuery } from '@apollo/client/react';
import { graphql } from '../../graphql';
import { Answer } from '../../ui/Answer';
import { Section } from '../../ui/Section';
import { LineageGraph } from './LineageGraph';
import { LINEAGE_RUN, stopsOfRuns, versionStops } from './stops';

const RUN_LINEAGE = graphql(
  `
  query RunLineage($id: ID!) {
    run(id: $id) {
      id
      lineage { ...LineageRun }
      modelVersions { id model number testAccuracy aliases }
    }
  }
`,
  [LINEAGE_RUN],
);

/** What a run was made from, and the model versions made from it. */
export function RunLineage({ id }: { readonly id: string }) {
  const asked = useQuery(RUN_LINEAGE, { variables: { id } });
  return (
    <Section title="Lineage">
      <Answer of={asked}>
        {({ run }) =>
          run && (
            <LineageGraph
              label="Lineage of the run"
              stops={[
                ...stopsOfRuns(run.lineage, run.id),
                ...run.modelVersions.flatMap((version) => versionStops(version, [run.id], false)),
              ]}
            />
          )
        }
      </Answer>
    </Section>
  );
}
