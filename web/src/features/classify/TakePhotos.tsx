import { Button, Group } from '@mantine/core';
import { useDisclosure, useWindowEvent } from '@mantine/hooks';
import { Suspense, useCallback } from 'react';
import { lazyPage } from '../../app/lazy-page';
import type { PlacedFile } from '../../lib/use-drop';
import { DropArea } from '../../ui/DropArea';
import { FilePicker } from '../../ui/FilePicker';
import { addPhotos } from './photos';

const Camera = lazyPage(async () => (await import('./Camera')).Camera);

/** Formats that the hub decodes. Named, since iOS then sends its HEIC photos as JPEG. */
const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'bmp'].map((format) => `image/${format}`).join();

/** Takes photos: dropped, pasted, chosen, or from the camera. */
export function TakePhotos({ onTaken }: { readonly onTaken?: () => void }) {
  const [seeing, { open, close }] = useDisclosure();
  const take = useCallback(
    (files: readonly PlacedFile[]) => {
      addPhotos(files.map(({ file, path }) => ({ name: path, content: file })));
      onTaken?.();
    },
    [onTaken],
  );
  useWindowEvent('paste', ({ target, clipboardData }) => {
    const typing = target instanceof HTMLElement && /^(INPUT|TEXTAREA)$/.test(target.tagName);
    const files = [...(clipboardData?.files ?? [])];
    if (!typing && files.length > 0) take(files.map((file) => ({ file, path: file.name })));
  });
  return (
    <>
      <DropArea
        text="Drop photos anywhere on this page, or paste them."
        over="Drop photos to classify them"
        onFiles={take}
      >
        <Group gap="xs">
          <FilePicker label="Photos" accept={FORMATS} multiple primary onFiles={take}>
            Choose photos…
          </FilePicker>
          <Button variant="default" onClick={open}>
            Open camera…
          </Button>
        </Group>
      </DropArea>
      <Suspense>
        {seeing && (
          <Camera
            close={close}
            onPhoto={(content) => {
              close();
              addPhotos([{ name: 'camera.png', content }]);
              onTaken?.();
            }}
          />
        )}
      </Suspense>
    </>
  );
}
