import { useQuery } from '@apollo/client/react';
import { Permitted } from '../../app/Permitted';
import { precisionText } from '../../features/models/form-text';
import { RunLink } from '../../features/runs/RunLink';
import { graphql, type ResultOf } from '../../graphql';
import { formatAge } from '../../lib/format';
import { Answer } from '../../ui/Answer';
import { DataTable } from '../../ui/DataTable';
import { Section } from '../../ui/Section';

const PROCESSES = graphql(`
  query ProcessesPage {
    processes {
      id name address roles version startedAt seenAt isLive isReady
      serving { model alias version precision runtime error }
      working { id kind }
    }
  }
`);

type Process = ResultOf<typeof PROCESSES>['processes'][number];

/** Milliseconds between two looks; a process gives a sign of life every 4 seconds. */
const ASK_EVERY = 4_000;

/** The processes of the hub: what each serves and works on. */
export function ProcessesPage() {
  return (
    <Permitted needs="processes">
      <Section title="Processes">
        <Processes />
      </Section>
    </Permitted>
  );
}

function Processes() {
  const asked = useQuery(PROCESSES, { pollInterval: ASK_EVERY });
  return (
    <Answer of={asked}>
      {({ processes }) => (
        <DataTable
          label="Processes"
          heads={['Process', 'State', 'Roles', 'Serves', 'Works on', 'Address', 'Version', 'Started']}
          rows={processes.map((process) => ({ key: process.id, cells: cellsOf(process) }))}
        />
      )}
    </Answer>
  );
}

function cellsOf(process: Process) {
  const { name, address, roles, version, startedAt, serving, working } = process;
  return [
    name,
    stateOf(process),
    roles.join(', '),
    serving.length > 0 && (
      <ul key="serving" className="plain">
        {serving.map((each) => (
          <li key={`${each.model}@${each.alias}`}>{servingText(each)}</li>
        ))}
      </ul>
    ),
    working.length > 0 && (
      <ul key="working" className="plain">
        {working.map(({ id, kind }) => (
          <li key={id}>
            {kind} {kind === 'train' && <RunLink id={id} />}
          </li>
        ))}
      </ul>
    ),
    address,
    version,
    formatAge(startedAt),
  ];
}

function stateOf({ isLive, isReady, seenAt }: Process): string {
  if (!isLive) return `✗ last seen ${formatAge(seenAt)}`;
  return isReady ? '✓ ready' : 'loading';
}

/** Processes tell their forms as texts. */
type Form = Parameters<typeof precisionText>[0];

function servingText({ model, alias, version, precision, runtime, error }: Process['serving'][number]): string {
  const form = precision === null ? '' : ` (${precisionText({ precision, runtime } as Form)})`;
  const answering = version === null ? 'none' : `version ${version}${form}`;
  return `${model}@${alias}: ${answering}${error === null ? '' : `. ${error}`}`;
}
