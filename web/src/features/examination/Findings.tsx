import { useMutation, useQuery } from '@apollo/client/react';
import { Button, Group, NativeSelect, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { useRefusal } from '../../app/me';
import { type Enum, graphql, type ResultOf } from '../../graphql';
import { nodesOf } from '../../lib/connection';
import { formatShare } from '../../lib/format';
import { Answer } from '../../ui/Answer';
import { Dialog } from '../../ui/Dialog';
import { Empty } from '../../ui/Empty';
import { Pager } from '../../ui/Pager';
import { Problem } from '../../ui/Problem';
import { ThumbGrid } from '../../ui/ThumbGrid';
import { useTask } from '../../ui/useTask';
import { SPLIT_NAMES } from '../datasets/splits';
import { LikeImage } from '../similar/MoreLikeThis';

/** Findings per page. */
const PAGE = 60;

const FINDINGS = graphql(`
  query Findings($id: ID!, $kind: FindingKind!, $open: Boolean!, $first: Int!, $after: String) {
    datasetVersion(id: $id) {
      id
      examination {
        counts { changes }
        findings(kind: $kind, open: $open, first: $first, after: $after) {
          totalCount
          edges {
            node {
              suggested given probability
              image { row sha256 name label split thumbnail(side: 96) }
              decision { kind label decidedBy }
            }
          }
        }
      }
    }
  }
`);
type Finding = NonNullable<
  NonNullable<ResultOf<typeof FINDINGS>['datasetVersion']>['examination']
>['findings']['edges'][number]['node'];

const DECIDE = graphql(`
  mutation DecideImage($id: ID!, $image: ID!, $kind: Decision!, $label: String) {
    decideImage(datasetVersionId: $id, image: $image, kind: $kind, label: $label) { kind label }
  }
`);
const UNDO = graphql(`
  mutation UndoDecision($id: ID!, $image: ID!) {
    undoDecision(datasetVersionId: $id, image: $image)
  }
`);

/** Classes that have a key of their own. */
const KEYED = 9;

/** Findings of one kind in a grid. Keys decide on the one that has the focus; a click opens it. */
export function Findings({
  versionId: id,
  labels,
  kind,
}: {
  readonly versionId: string;
  readonly labels: readonly string[];
  readonly kind: Enum<'FindingKind'>;
}) {
  const [open, setOpen] = useState(false);
  const [page, setPage] = useState(1);
  const [viewed, setViewed] = useState<number | null>(null);
  const after = page > 1 ? String((page - 1) * PAGE - 1) : null;
  const asked = useQuery(FINDINGS, { variables: { id, kind, open, first: PAGE, after } });
  const refetchQueries = ['Findings', 'ExaminationPage'];
  const [decide] = useMutation(DECIDE, { refetchQueries });
  const [undo] = useMutation(UNDO, { refetchQueries });
  const refusal = useRefusal('decideImage');
  const { problem, run } = useTask();
  const choose = ({ image }: Finding, to: Enum<'Decision'>, label: string | null = null): void => {
    if (refusal === null) void run(() => decide({ variables: { id, image: image.sha256, kind: to, label } }));
  };
  /** @returns whether the key decides on a finding. */
  const onKey = (key: string, finding: Finding | undefined): boolean => {
    if (!finding) return false;
    const { suggested, image } = finding;
    const numbered = labels.slice(0, KEYED)[Number(key) - 1];
    if (key === 'a' && suggested !== null) choose(finding, 'RELABEL', suggested);
    else if (key === 'd') choose(finding, 'DISMISS');
    else if (key === 'x') choose(finding, 'LEAVE_OUT');
    else if (key === 'u') void run(() => undo({ variables: { id, image: image.sha256 } }));
    else if (numbered !== undefined) choose(finding, 'RELABEL', numbered);
    else return false;
    return true;
  };
  return (
    <>
      <Group mb="xs">
        <Switch
          label="Only those without a decision"
          checked={open}
          onChange={({ currentTarget }) => {
            setOpen(currentTarget.checked);
            setPage(1);
          }}
        />
        <Text c="dimmed" size="sm">
          Keys: a accepts the suggested class, 1 to {Math.min(KEYED, labels.length)} give a class, x leaves out, d
          dismisses, u takes back.
        </Text>
      </Group>
      {refusal !== null && <Text c="dimmed">{refusal}</Text>}
      {problem !== null && <Problem title="The decision was not saved" message={problem} />}
      <Answer of={asked}>
        {({ datasetVersion }) => {
          const found = datasetVersion?.examination?.findings;
          const findings = found ? nodesOf(found) : [];
          if (!found || found.totalCount === 0)
            return <Empty title="No findings" text="There are none of this kind." />;
          const shown = viewed === null ? undefined : findings[viewed];
          return (
            <>
              <ThumbGrid
                label="Findings"
                thumbs={findings.map((finding) => ({
                  key: finding.image.row,
                  thumbnail: finding.image.thumbnail,
                  text: textOf(finding),
                  marked: finding.decision !== null,
                }))}
                onOpen={setViewed}
                onKey={(key, i) => onKey(key, findings[i])}
              />
              <Pager page={page} size={PAGE} total={found.totalCount} onPage={setPage} of="findings" />
              {shown && (
                <Dialog title={shown.image.name} close={() => setViewed(null)} wide>
                  <Text mb="xs">{longTextOf(shown)}</Text>
                  <Group mb="sm" align="end">
                    {shown.suggested !== null && (
                      <Button size="xs" onClick={() => choose(shown, 'RELABEL', shown.suggested)}>
                        It is {shown.suggested}
                      </Button>
                    )}
                    <NativeSelect
                      size="xs"
                      aria-label="Class in the next version"
                      value=""
                      data={[{ value: '', label: 'Another class…' }, ...labels]}
                      onChange={({ currentTarget: { value } }) => value && choose(shown, 'RELABEL', value)}
                    />
                    <Button size="xs" variant="default" onClick={() => choose(shown, 'LEAVE_OUT')}>
                      Leave out
                    </Button>
                    <Button size="xs" variant="default" onClick={() => choose(shown, 'DISMISS')}>
                      Dismiss
                    </Button>
                  </Group>
                  <LikeImage versionId={id} row={shown.image.row} />
                </Dialog>
              )}
            </>
          );
        }}
      </Answer>
    </>
  );
}

function decided({ decision }: Finding): string | null {
  if (!decision) return null;
  if (decision.label !== null) return `→ ${decision.label}`;
  return decision.kind === 'DISMISS' ? 'dismissed' : 'left out';
}

function textOf(finding: Finding): string {
  const { image, suggested } = finding;
  return decided(finding) ?? (suggested === null ? image.label : `${image.label}, rather ${suggested}?`);
}

function longTextOf(finding: Finding): string {
  const { image, suggested, given, probability } = finding;
  const parts = [
    `${image.label}, ${SPLIT_NAMES[image.split]}`,
    ...(given === null || probability === null
      ? []
      : [`${image.label} ${formatShare(given)}, ${suggested} ${formatShare(probability)}`]),
    ...(decided(finding) ? [`decision: ${decided(finding)}`] : []),
  ];
  return parts.join(' · ');
}
