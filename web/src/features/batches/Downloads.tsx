import { Button, Group } from '@mantine/core';
import { download } from '../../app/download';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';

/** Names of the forms of answers. */
const FORMATS: Readonly<Record<string, string>> = { csv: 'CSV', jsonl: 'JSON lines', parquet: 'Parquet' };

interface Props {
  readonly of: readonly { readonly format: string; readonly link: string }[];
  /** Of the batch. */
  readonly name: string;
}

/** Saves the answers of a batch in one of their forms. */
export function Downloads({ of, name }: Props) {
  const { busy, problem, run } = useTask();
  return (
    <>
      <Group gap={4}>
        {of.map(({ format, link }) => {
          const label = FORMATS[format] ?? format;
          return (
            <Button
              key={format}
              size="compact-sm"
              variant="default"
              aria-label={`Download ${name} as ${label}`}
              disabled={busy}
              onClick={() => run(() => download(link))}
            >
              {label}
            </Button>
          );
        })}
      </Group>
      {problem !== null && <Problem title="Not downloaded" message={problem} />}
    </>
  );
}
