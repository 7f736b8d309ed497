import { Button, Checkbox, Group, NativeSelect } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { HUB_URL } from '../../lib/base-path';
import { curlOf } from '../../lib/curl';
import { nameOfTarget, type Target } from '../../lib/target';
import { dismissPhotos, type Photo } from './photos';

/** Order and filters of the photo list. */
export interface PhotoOrder {
  readonly sort: 'added' | 'unsure';
  /** Null: all. */
  readonly label: string | null;
  readonly disagree: boolean;
}

/** Sorts and filters photos, and exports their answers. */
export function PhotoTools({
  photos,
  targets,
  labels,
  order,
  onOrder,
}: {
  readonly photos: readonly Photo[];
  readonly targets: readonly [Target, ...Target[]];
  /** Answered classes. */
  readonly labels: readonly string[];
  readonly order: PhotoOrder;
  readonly onOrder: (changes: Partial<PhotoOrder>) => void;
}) {
  const { copied, copy } = useClipboard();
  const [target] = targets;
  const save = async (form: 'csv' | 'json'): Promise<void> => {
    const { exportPhotos } = await import('./export');
    exportPhotos(photos, targets, form);
  };
  return (
    <Group gap="xs" my="sm" align="center">
      <NativeSelect
        aria-label="Order"
        size="xs"
        data={[
          { value: 'added', label: 'In order added' },
          { value: 'unsure', label: 'Least certain first' },
        ]}
        value={order.sort}
        onChange={({ currentTarget }) => onOrder({ sort: currentTarget.value as PhotoOrder['sort'] })}
      />
      <NativeSelect
        aria-label={`Class by ${nameOfTarget(target)}`}
        size="xs"
        data={[{ value: '', label: 'All classes' }, ...labels]}
        value={order.label ?? ''}
        onChange={({ currentTarget }) => onOrder({ label: currentTarget.value || null })}
      />
      {targets.length > 1 && (
        <Checkbox
          label="Only disagreements"
          checked={order.disagree}
          onChange={({ currentTarget }) => onOrder({ disagree: currentTarget.checked })}
        />
      )}
      <Button size="xs" variant="default" onClick={() => void save('csv')}>
        Save as CSV
      </Button>
      <Button size="xs" variant="default" onClick={() => void save('json')}>
        Save as JSON
      </Button>
      <Button
        size="xs"
        variant="default"
        onClick={() => copy(curlOf({ ...target, hub: HUB_URL, file: photos[0]?.name ?? 'photo.jpg' }))}
      >
        {copied ? 'Copied' : 'Copy as curl'}
      </Button>
      <Button size="xs" variant="default" onClick={() => dismissPhotos(photos.map(({ id }) => id))}>
        Dismiss all
      </Button>
    </Group>
  );
}
