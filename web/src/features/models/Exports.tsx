import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { download } from '../../app/download';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatBytes } from '../../lib/format';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';
import { EXPORT_NAMES } from './fragments';

export const EXPORTS = graphql(`
  fragment Exports_version on ModelVersion {
    number
    exports { format link bytes }
  }
`);

/** A download button for each format of a version. */
export function Exports({ of }: { readonly of: FragmentOf<typeof EXPORTS> }) {
  const { number, exports } = readFragment(EXPORTS, of);
  const { busy, problem, run } = useTask();
  const [asked, setAsked] = useState('');
  return (
    <>
      <Group gap="xs" mb="md" role="group" aria-label={`Download version ${number}`}>
        {exports.map(({ format, link, bytes }) => (
          <Button
            key={format}
            size="compact-sm"
            variant="default"
            disabled={busy}
            loading={busy && asked === link}
            onClick={() => {
              setAsked(link);
              void run(() => download(link));
            }}
          >
            Download {EXPORT_NAMES[format]} (about {formatBytes(bytes)})
          </Button>
        ))}
      </Group>
      {problem !== null && <Problem title="The file was not downloaded" message={problem} />}
    </>
  );
}
