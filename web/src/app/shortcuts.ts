import { useEffect } from 'react';
import type { NavigateFunction } from 'react-router';
import { urls } from '../lib/urls';

/** Pages of the menu; `g` followed by `key` opens one. */
export const PAGES = [
  { to: '/datasets', label: 'Datasets', key: 'd' },
  { to: '/runs', label: 'Runs', key: 'r' },
  { to: '/sweeps', label: 'Sweeps', key: 's' },
  { to: '/models', label: 'Models', key: 'm' },
  { to: '/approvals', label: 'Approvals', key: 'a' },
  { to: '/classify', label: 'Classify', key: 'c' },
  { to: '/settings', label: 'Settings', key: ',' },
] as const;

/** Pages that are not in the menu, by what people search for. */
export const OTHER_PAGES = [
  { to: urls.batches(), label: 'Batch predictions' },
  { to: urls.newBatch(), label: 'New batch prediction' },
  { to: urls.newRun, label: 'New run' },
  { to: urls.newSweep, label: 'New sweep' },
  { to: urls.backbones, label: 'Backbones' },
  { to: '/settings/tokens', label: 'Tokens' },
  { to: '/settings/audit', label: 'Audit log' },
  { to: '/settings/webhooks', label: 'Webhooks' },
  { to: '/settings/processes', label: 'Processes' },
] as const;

export const SHORTCUTS: readonly (readonly [keys: string, effect: string])[] = [
  ...PAGES.map(({ label, key }) => [`g ${key}`, `Go to ${label}`] as const),
  ['Ctrl K', 'Find a page, dataset, model, sweep or run'],
  ['/', 'Focus the filter of the page; without one, find'],
  ['?', 'Show keyboard shortcuts'],
  ['Esc', 'Close the dialog'],
];

/** Milliseconds between the two keys at most. */
const WITHIN = 1_000;

/** Opens a page by `g` and its letter, except while typing. */
export function useGoTo(navigate: NavigateFunction): void {
  useEffect(() => {
    let startedAt = 0;
    const onKey = ({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): void => {
      if (ctrlKey || metaKey || altKey || isTyping(target)) return;
      const page = Date.now() - startedAt < WITHIN ? PAGES.find((candidate) => candidate.key === key) : undefined;
      startedAt = key === 'g' ? Date.now() : 0;
      if (page) void navigate(page.to);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate]);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
