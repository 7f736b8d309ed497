import { Anchor } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { Suspense } from 'react';
import { lazyPage } from './lazy-page';

const ShortcutList = lazyPage(async () => (await import('./ShortcutList')).ShortcutList);

export function ShortcutHelp() {
  const [opened, { open, close }] = useDisclosure();
  useHotkeys([
    ['shift+?', open],
    ['?', open],
  ]);
  return (
    <>
      <Anchor component="button" type="button" size="sm" onClick={open} visibleFrom="sm">
        Shortcuts
      </Anchor>
      <Suspense>{opened && <ShortcutList close={close} />}</Suspense>
    </>
  );
}
