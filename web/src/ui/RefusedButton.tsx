import { Button, type ButtonProps } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useRef, useState } from 'react';

/** Apart, since most roles never see it and it is a tenth of the first route. */
const Tip = lazy(async () => ({ default: (await import('./Tip')).Tip }));

interface Props extends ButtonProps {
  readonly reason: string;
  readonly children: ReactNode;
}

/** A button that cannot be pressed. It keeps its place in the order of Tab, and says why by pointer, key, touch and speech. */
export function RefusedButton({ reason, children, ...look }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const [explained, setExplained] = useState(false);
  const explain = () => setExplained(true);
  const leave = () => setExplained(false);
  return (
    <>
      <Button
        {...look}
        ref={button}
        loading={false}
        data-disabled
        aria-disabled
        aria-description={reason}
        onFocus={explain}
        onBlur={leave}
        onMouseEnter={explain}
        onMouseLeave={leave}
        onKeyDown={({ key }) => key === 'Escape' && leave()}
      >
        {children}
      </Button>
      {explained && (
        <Suspense>
          <Tip text={reason} target={button} />
        </Suspense>
      )}
    </>
  );
}
