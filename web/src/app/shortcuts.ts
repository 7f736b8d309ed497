import { useEffect } from 'react';
import type { NavigateFunction } from 'react-router';

/** Pages, and the letter that leads there behind g. */
export const PAGES = [
  { to: '/datasets', label: 'Datasets', key: 'd' },
  { to: '/runs', label: 'Runs', key: 'r' },
  { to: '/models', label: 'Models', key: 'm' },
  { to: '/classify', label: 'Classify', key: 'c' },
] as const;

export const SHORTCUTS: readonly (readonly [keys: string, what: string])[] = [
  ...PAGES.map(({ label, key }) => [`g ${key}`, `Go to ${label}`] as const),
  ['/', 'Put the cursor into the filter'],
  ['?', 'Show this list'],
  ['Esc', 'Close what is open'],
];

/** Milliseconds within which the second key must follow. */
const WITHIN = 1_000;

/** g and a letter go to a page; never while something is typed. */
export function useGoTo(navigate: NavigateFunction): void {
  useEffect(() => {
    let begun = 0;
    const hear = ({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): void => {
      if (ctrlKey || metaKey || altKey || isTyping(target)) return;
      const page = Date.now() - begun < WITHIN ? PAGES.find((candidate) => candidate.key === key) : undefined;
      begun = key === 'g' ? Date.now() : 0;
      if (page) void navigate(page.to);
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  }, [navigate]);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
