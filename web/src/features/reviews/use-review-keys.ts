import { useEffect, useRef } from 'react';

/** Milliseconds after `g` in which a letter opens a page. */
const AFTER_G = 1_000;

/** Listens to keys, except while somebody types, presses a button by Enter or space, or goes to a page by `g`. @param act returns whether it took the key. */
export function useReviewKeys(act: (key: string) => boolean): void {
  const current = useRef(act);
  current.current = act;
  useEffect(() => {
    let goAt = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent): void => {
      const { key, target, ctrlKey, metaKey, altKey } = event;
      const isUndo = (ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'z';
      if (!isUndo && (ctrlKey || metaKey || altKey || event.repeat)) return;
      const element = target instanceof Element ? target : null;
      if (element?.closest('input, textarea, select, [role="dialog"]')) return;
      if ((key === 'Enter' || key === ' ') && element?.closest('button, a')) return;
      const goes = event.timeStamp - goAt < AFTER_G;
      goAt = key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (!goes && current.current(isUndo ? 'u' : key)) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
