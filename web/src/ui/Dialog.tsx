import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Dialog.module.css';

interface Props {
  readonly title: string;
  readonly wide?: boolean;
  readonly close: () => void;
  readonly children: ReactNode;
}

/** A dialog over the page. The library's own head is a second banner to assistive technology. */
export function Dialog({ title, wide = false, close, children }: Props) {
  return (
    // Scroll locking writes a style without the nonce that the content security policy requires.
    <Modal.Root opened onClose={close} size={wide ? 'xl' : 'md'} lockScroll={false}>
      <Modal.Overlay />
      <Modal.Content>
        <div className={classes.head}>
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
