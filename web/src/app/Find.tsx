import { Anchor } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { Suspense } from 'react';
import { lazyPage } from './lazy-page';

const Palette = lazyPage(async () => (await import('./Palette')).Palette);

/** Opens the palette, by a button or a key. */
export function Find() {
  const [opened, { open, close }] = useDisclosure();
  useHotkeys([['mod+K', open]], []); // while typing, too
  useHotkeys([
    [
      '/',
      () => {
        const filter = document.querySelector<HTMLElement>('[data-filter]');
        if (filter) filter.focus();
        else open();
      },
    ],
  ]);
  return (
    <>
      <Anchor component="button" type="button" size="sm" onClick={open}>
        Find
      </Anchor>
      <Suspense>{opened && <Palette close={close} />}</Suspense>
    </>
  );
}
