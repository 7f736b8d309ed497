import { useQuery } from '@apollo/client/react';
import { Anchor } from '@mantine/core';
import { graphql } from '../../graphql';
import { Answer } from '../../ui/Answer';
import { Pager } from '../../ui/Pager';
import classes from './Sheets.module.css';

/** Classes per page. */
const PAGE = 8;

const SHEET = graphql(`
  query ContactSheet($id: ID!, $label: String!) {
    datasetVersion(id: $id) {
      id
      contactSheet(label: $label, columns: 16, rows: 2, side: 64)
    }
  }
`);

/** A contact sheet per class: an even sample of its images. */
export function Sheets({
  versionId,
  labels,
  page,
  onPage,
  onChoose,
}: {
  readonly versionId: string;
  readonly labels: readonly string[];
  readonly page: number;
  readonly onPage: (page: number) => void;
  readonly onChoose: (label: string) => void;
}) {
  return (
    <>
      {labels.slice((page - 1) * PAGE, page * PAGE).map((label) => (
        <figure key={label} className={classes.sheet}>
          <figcaption>
            <Anchor component="button" type="button" onClick={() => onChoose(label)}>
              {label}
            </Anchor>
          </figcaption>
          <Sheet versionId={versionId} label={label} />
        </figure>
      ))}
      <Pager page={page} size={PAGE} total={labels.length} onPage={onPage} of="classes" />
    </>
  );
}

function Sheet({ versionId, label }: { readonly versionId: string; readonly label: string }) {
  const asked = useQuery(SHEET, { variables: { id: versionId, label } });
  return (
    <Answer of={asked}>
      {({ datasetVersion }) => {
        const sheet = datasetVersion?.contactSheet;
        return sheet ? <img src={sheet} alt={`Images of ${label}`} decoding="async" /> : 'No images.';
      }}
    </Answer>
  );
}
