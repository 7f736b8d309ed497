import { type FragmentOf, readFragment } from '../../graphql';
import { LineageGraph, type LineageStop } from '../lineage/LineageGraph';
import { dataStops, stopsOfRuns, versionStops } from '../lineage/stops';
import { EXPORT_NAMES, LINEAGE } from './fragments';

/** The lineage of a version: data, backbone, runs, version, aliases and files. */
export function Lineage({ of }: { readonly of: FragmentOf<typeof LINEAGE> }) {
  const version = readFragment(LINEAGE, of);
  const { model, number, datasetVersion, origin, lineage, exports, backbone } = version;
  const last = lineage.at(-1);
  const made = last ? stopsOfRuns(lineage) : importStops(datasetVersion, origin?.fileName ?? 'a file', backbone.name);
  const stops = versionStops(version, last ? [last.id] : made.map(({ id }) => id), true);
  const files: LineageStop = {
    id: 'files',
    kind: 'Downloads',
    name: exports.map(({ format }) => EXPORT_NAMES[format]).join(', '),
    from: [stops[0]?.id ?? ''],
  };
  return <LineageGraph label={`Lineage of version ${number} of ${model}`} stops={[...made, ...stops, files]} />;
}

function importStops(data: Parameters<typeof dataStops>[0], file: string, backbone: string): LineageStop[] {
  return [
    ...dataStops(data).map((stop) => ({ ...stop, kind: 'Measured on' })),
    { id: 'file', kind: 'Imported file', name: file, note: backbone, from: [] },
  ];
}
