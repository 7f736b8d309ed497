import { Link } from 'react-router';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatBytes, formatCount, formatDate } from '../../lib/format';
import { urls } from '../../lib/urls';
import { Copyable } from '../../ui/Copyable';
import { SpecLine } from '../../ui/SpecLine';

export const VersionSpec_version = graphql(`
  fragment VersionSpec_version on DatasetVersion {
    contentHash imageCount bytes width height classes source createdAt owner { name }
    derivation { parents { id dataset number } }
    statistics {
      width { min median max }
      height { min median max }
      mean deviation grey
      columns { name valueCount values { value } }
    }
  }
`);

/** Values of a column that the page names. */
const NAMED_VALUES = 3;

interface Column {
  readonly name: string;
  readonly valueCount: number;
  readonly values: readonly { readonly value: string }[];
}

type Range = { readonly min: number; readonly median: number; readonly max: number };

/** The properties of a dataset version. */
export function VersionSpec({ version }: { readonly version: FragmentOf<typeof VersionSpec_version> }) {
  const spec = readFragment(VersionSpec_version, version);
  const { statistics, derivation } = spec;
  const size = spec.width && spec.height ? `${spec.width} × ${spec.height}` : null;
  return (
    <SpecLine
      fields={{
        Digest: <Copyable value={spec.contentHash} />,
        Images: formatCount(spec.imageCount),
        Classes: formatCount(spec.classes.length),
        Size: formatBytes(spec.bytes),
        'Width × height in pixels':
          size ?? (statistics && `${rangeText(statistics.width)} × ${rangeText(statistics.height)}`),
        'Mean red, green, blue': statistics?.mean && rgb(statistics.mean),
        'Standard deviation': statistics?.deviation && rgb(statistics.deviation),
        'Grayscale images': statistics?.grey ? formatCount(statistics.grey) : null,
        Columns: statistics && columnsText(statistics.columns),
        Created: formatDate(spec.createdAt),
        Owner: spec.owner?.name,
        Source: derivation
          ? derivation.parents.map(({ id, dataset, number }) => (
              <Link key={id} to={urls.datasetVersion(dataset, number)}>
                {dataset} version {number}{' '}
              </Link>
            ))
          : spec.source,
      }}
    />
  );
}

/** "camera (north, south), night (no, yes)"; null without columns. */
function columnsText(columns: readonly Column[] | null): string | null {
  if (!columns) return 'Not kept: registered before the hub kept them';
  const texts = columns.map(({ name, valueCount, values }) => {
    const more = valueCount > NAMED_VALUES ? `, ${formatCount(valueCount - NAMED_VALUES)} more` : '';
    const named = values.slice(0, NAMED_VALUES).map(({ value }) => value);
    return `${name} (${named.join(', ')}${more})`;
  });
  return texts.length > 0 ? texts.join(', ') : null;
}

const rangeText = ({ min, median, max }: Range): string => `${min} to ${max} (median ${median})`;
const rgb = (values: readonly number[]): string => values.map((value) => value.toFixed(0)).join(', ');
