import { Code, Text } from '@mantine/core';
import { outlineFolder } from '../../lib/folder';
import { formatCount } from '../../lib/format';
import type { PlacedFile } from '../../lib/use-drop';
import { Bars } from '../../ui/Bars';

/** Files above which a browser is the wrong tool. */
export const MOST_FILES = 5_000;
/** Classes that are shown one by one. */
const SHOWN = 30;

/** What a chosen folder holds by its names, before it is sent; and how to send one that is too large for a browser. */
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
    folders: 'classes from folder names, splits drawn by the hub',
    splits: 'splits and classes from folder names',
    table: 'classes from the table beside them',
  }[layout];
  return (
    <div>
      <Text>
        <strong>{name}</strong>: {formatCount(images)} pictures, {from}
        {others > 0 && `; ${formatCount(others)} other files will be left out`}.
      </Text>
      {files.length > MOST_FILES && (
        <Text>
          That is more than a browser should read. The terminal sends it:{' '}
          <Code>
            npm run hub -- dataset register {dataset} {name} --upload --url {location.origin}
          </Code>
        </Text>
      )}
      {layout !== 'table' && classes.length === 0 && (
        <Text c="var(--hub-bad)">
          No picture lies in a folder that could name its class. Choose a folder with one folder for each class.
        </Text>
      )}
      <Bars
        label="Pictures in each class"
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
