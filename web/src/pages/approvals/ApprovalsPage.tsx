import { useQuery } from '@apollo/client/react';
import { Link } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { PROMOTION_REQUEST, PromotionRequest } from '../../features/models/PromotionRequest';
import { graphql } from '../../graphql';
import { formatAge, formatWords } from '../../lib/format';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { DataTable } from '../../ui/DataTable';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';
import { Section } from '../../ui/Section';

const APPROVALS = graphql(
  `
  query ApprovalsPage {
    me { name }
    promotionRequests {
      id state alias reason requestedBy createdAt decidedBy decidedAt decision
      version { id model number }
      ...PromotionRequest_request
    }
  }
`,
  [PROMOTION_REQUEST],
);

/** Milliseconds between two looks: the hub announces moves of aliases, but not requests. */
const ASK_EVERY = 10_000;

/** Promotions that wait for a second person, and those that were decided. */
export function ApprovalsPage() {
  const asked = useQuery(APPROVALS, { pollInterval: ASK_EVERY });
  useRefreshOn(['MODEL'], asked.refetch);
  return (
    <>
      <PageHead title="Approvals" />
      <Answer of={asked}>
        {({ me, promotionRequests }) => {
          const waiting = promotionRequests.filter(({ state }) => state === 'WAITING');
          const decided = promotionRequests.filter(({ state }) => state !== 'WAITING');
          return (
            <>
              {waiting.length === 0 && (
                <Empty
                  title="Nothing waits for approval"
                  text="Where a model requires a second person, promotions to production are requested first and approved here."
                />
              )}
              {waiting.map((request) => (
                <PromotionRequest key={request.id} of={request} me={me.name} onDecided={asked.refetch} />
              ))}
              {decided.length > 0 && (
                <Section title="Decided">
                  <DataTable
                    label="Decided requests"
                    heads={['Version', 'Alias', 'Requested', 'Reason', 'Decision', 'Decided', 'Comment']}
                    rows={decided.map(({ id, version, alias, state, ...request }) => ({
                      key: id,
                      cells: [
                        <Link key="version" to={urls.modelVersion(version.model, version.number)}>
                          {version.model} {version.number}
                        </Link>,
                        alias,
                        `${formatAge(request.createdAt)} by ${request.requestedBy}`,
                        <span key="reason" className="prose">
                          {request.reason}
                        </span>,
                        formatWords(state),
                        request.decidedAt && `${formatAge(request.decidedAt)} by ${request.decidedBy}`,
                        <span key="comment" className="prose">
                          {request.decision}
                        </span>,
                      ],
                    }))}
                  />
                </Section>
              )}
            </>
          );
        }}
      </Answer>
    </>
  );
}
