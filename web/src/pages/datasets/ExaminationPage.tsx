import { useQuery } from '@apollo/client/react';
import { Link, useParams } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { Examination, Examination_version } from '../../features/examination/Examination';
import { graphql } from '../../graphql';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { PageHead } from '../../ui/PageHead';
import { NoSuchDataset } from './NoSuchDataset';

const VERSION = graphql(
  `
    query ExaminationPage($name: String!, $number: Int!) {
      dataset(name: $name) {
        id name
        version(number: $number) { id number ...Examination_version }
      }
    }
  `,
  [Examination_version],
);

/** Images of a dataset version that are probably wrong in it, and what becomes of them. */
export function ExaminationPage() {
  const { dataset: name = '', number: text = '' } = useParams();
  const number = Number(text);
  const isNumber = Number.isInteger(number) && number > 0 && number < 2 ** 31;
  const asked = useQuery(VERSION, { variables: { name, number }, skip: !isNumber });
  useRefreshOn(['DATASET'], () => isNumber && asked.refetch(), name);
  if (!isNumber) return <NoSuchDataset name={name} number={text} />;
  return (
    <Answer of={asked}>
      {({ dataset }) => {
        if (!dataset?.version) return <NoSuchDataset name={name} number={number} />;
        return (
          <>
            <PageHead title={`${name}, version ${number}: wrong labels and outliers`} />
            <p>
              <Link to={urls.datasetVersion(name, number)}>
                {name}, version {number}
              </Link>
            </p>
            <Examination version={dataset.version} />
          </>
        );
      }}
    </Answer>
  );
}
