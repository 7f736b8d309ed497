import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedBrowser } from '../support/browser.js';
import { onPage, PHONE, phoneProblems } from '../support/on-page.js';
import { QUICK } from '../support/recipes.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

/** A busy machine takes seconds for each page. */
const ALL_PAGES = { timeout: 240_000 };

/** An address for each route of the page, with the same number of parts. */
const addresses = (hub: HubWithColours, other: string, sweep: string, webhook: string): readonly string[] => [
  '/',
  '/datasets',
  '/datasets/colours',
  '/datasets/colours/difference?from=1&to=1',
  '/datasets/colours/1',
  '/datasets/colours/1/examination',
  '/classify',
  '/runs',
  `/runs/compare?ids=${hub.runId},${other}`,
  '/runs/new',
  `/runs/${hub.runId}`,
  `/runs/${hub.runId}?table`,
  '/sweeps',
  '/sweeps/new',
  `/sweeps/${sweep}`,
  '/batches',
  '/batches/new',
  '/models',
  '/models/colours',
  '/models/colours/predictions',
  '/models/colours/review',
  '/models/colours/promote?version=1&alias=candidate',
  '/models/colours/remove-alias?alias=production',
  '/models/colours/roll-back?alias=production',
  '/approvals',
  '/settings',
  '/settings/tokens',
  '/settings/audit',
  '/settings/processes',
  '/settings/backbones',
  '/settings/webhooks',
  `/settings/webhooks/${webhook}`,
  '/nowhere',
];

/** The routes of the page as patterns of addresses. */
async function routes(): Promise<RegExp[]> {
  const text = await readFile(new URL('../../web/src/app/Pages.tsx', import.meta.url), 'utf8');
  const paths = [...text.matchAll(/<Route path="([^"]+)"/g)].map(([, path = '']) => path);
  const parts = (path: string): string => path.replace(/:\w+/g, '[^/?]+').replace('*', 'nowhere');
  const nested = ['tokens', 'audit', 'processes', 'backbones', 'webhooks'];
  return paths.map((path) => {
    const under = nested.includes(path.split('/')[0] as string) ? '/settings/' : '/';
    return new RegExp(`^${under}${parts(path)}([?]|$)`);
  });
}

describe.skipIf(!browser)('every page on a phone', () => {
  let hub: HubWithColours;
  beforeAll(async () => {
    hub = await TestHub.startWithColours();
  });
  afterAll(() => hub.remove());

  it('has no sideways scrolling, and targets that a finger can hit', ALL_PAGES, async () => {
    const { cloneRun } = await hub.ask<{ cloneRun: { id: string } }>('clone-run', { input: { id: hub.runId } });
    const base = { datasetVersionId: hub.datasetVersionId, backbone: 'tiny-imagenet-2', recipe: QUICK };
    const parameters = [{ name: 'learningRate', values: [0.001, 0.003] }];
    const { startSweep } = await hub.ask<{ startSweep: { id: string } }>('start-sweep', {
      input: { base, method: 'GRID', parameters },
    });
    const { createWebhook } = await hub.ask<{ createWebhook: { webhook: { id: string } } }>('create-webhook', {
      url: 'https://example.invalid/hook',
      events: ['RUN_ENDED'],
    });
    const all = addresses(hub, cloneRun.id, startSweep.id, createWebhook.webhook.id);
    const missing = (await routes()).filter((route) => !all.some((address) => route.test(address)));
    expect(missing).toEqual([]);
    await onPage(
      browser as Browser,
      hub,
      '/',
      async (page) => {
        await page.getByRole('heading', { level: 1 }).waitFor();
        const found: Record<string, string[]> = {};
        for (const address of all) {
          await page.goto(`${hub.url}${address}`, { waitUntil: 'domcontentloaded' });
          await page.waitForFunction(
            () => document.querySelector('h1') && !document.querySelector('[aria-label="Loading"]'),
          );
          const problems = await phoneProblems(page);
          if (problems.length > 0) found[address] = problems;
        }
        expect(found).toEqual({});
      },
      PHONE,
    );
  });

  it('has a list of runs that fits whatever its rows say', async () => {
    await onPage(
      browser as Browser,
      hub,
      '/runs',
      async (page) => {
        const row = page.getByRole('region', { name: 'List of runs' }).locator('tbody tr').first();
        await row.getByText('Succeeded').waitFor();
        for (const state of ['Succeeded', 'Cancelled', 'Running']) {
          await row.evaluate((element, state) => {
            ((element.querySelector('[data-state]') as Element).lastChild as Text).textContent = state;
            (element.querySelector('time') as Element).textContent = '10 mo. ago';
            (element.querySelector('td a') as Element).textContent =
              'a-name-without-a-space-that-is-longer-than-a-phone';
          }, state);
          expect({ state, problems: await phoneProblems(page) }).toEqual({ state, problems: [] });
        }
      },
      PHONE,
    );
  });
});
