import { useQuery } from '@apollo/client/react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { NEW_BATCH, NewBatch } from '../../features/batches/NewBatch';
import { graphql } from '../../graphql';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';

const PAGE = graphql(
  `
  query NewBatchPage {
    ...NewBatch
  }
`,
  [NEW_BATCH],
);

/** The form that starts a batch, with the model and version that its address names. */
export function NewBatchPage() {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const asked = useQuery(PAGE);
  return (
    <>
      <PageHead title="New batch prediction" />
      <Answer of={asked}>
        {(data) =>
          data.models.some(({ versions }) => versions.length > 0) ? (
            <NewBatch
              data={data}
              model={params.get('model')}
              version={Number(params.get('version')) || null}
              onStarted={() => navigate(urls.batches())}
            />
          ) : (
            <Empty
              title="No model version yet"
              text="A batch is classified by a model version. Register one from a run that succeeded."
            >
              <Link to="/runs">Show runs</Link>
            </Empty>
          )
        }
      </Answer>
    </>
  );
}
