import { Code, Text } from '@mantine/core';
import { HUB_URL } from '../../lib/base-path';
import { outlineFolder } from '../../lib/folder';
import { formatCount } from '../../lib/format';
import { MOST_FILES } from '../../lib/picked';
import type { PlacedFile } from '../../lib/use-drop';
import { Bars } from '../../ui/Bars';

/** Classes listed one by one. */
const SHOWN = 30;

/** The classes of a chosen folder before it is sent, and the command for a folder too large for a browser. */
export function FolderOutline({
  files,
  name,
  dataset,
}: {
  readonly files: readonly PlacedFile[];
  readonly name: string;
  readonly dataset: string;
}) {
  const { layout, classes, images, others } = outlineFolder(files.map(({ path }) => path));
  const from = {
    folders: 'classes from folder names, splits made by the hub',
    splits: 'splits and classes from folder names',
    table: 'classes from the table in the folder',
  }[layout];
  return (
    <div>
      <Text>
        <strong>{name}</strong>: {formatCount(images)} images, {from}
        {others > 0 && `; ${formatCount(others)} other files will be left out`}.
      </Text>
      {files.length > MOST_FILES && (
        <Text>
          That is too many files for a browser. Send them from a terminal:{' '}
          <Code>
            npm run hub -- dataset register {dataset} {name} --upload --url {HUB_URL}
          </Code>
        </Text>
      )}
      {layout !== 'table' && classes.length === 0 && (
        <Text c="var(--hub-bad)">
          No image is in a subfolder that names its class. Choose a folder with one subfolder per class.
        </Text>
      )}
      <Bars
        label="Images per class"
        bars={classes.slice(0, SHOWN).map((each) => ({
          label: each.label,
          value: each.images,
          text: formatCount(each.images),
        }))}
      />
      {classes.length > SHOWN && <Text c="dimmed">and {formatCount(classes.length - SHOWN)} more classes</Text>}
    </div>
  );
}
