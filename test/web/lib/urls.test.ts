import { describe, expect, it } from 'vitest';
import { classifyParams, parseClassifyView } from '../../../web/src/pages/classify/url';
import { FIRST_VIEW, parseView, viewParams } from '../../../web/src/pages/datasets/url';

describe('what an address holds', () => {
  it.each([
    FIRST_VIEW,
    { ...FIRST_VIEW, label: 'c & d', split: 'TEST', page: 3, open: 130 } as const,
    { ...FIRST_VIEW, show: 'duplicates', duplicates: 'LEAKS' } as const,
  ])('of a dataset version comes back: %j', (view) => {
    expect(parseView(new URLSearchParams(viewParams(view)))).toEqual(view);
  });

  it('of a dataset version is as in the first view where it makes no sense', () => {
    expect(parseView(new URLSearchParams('show=x&split=y&duplicates=z&page=0&picture=-1'))).toEqual(FIRST_VIEW);
  });

  it('of photos comes back, and makes no one of what names nobody', () => {
    const view = {
      target: { model: 'm', alias: 'production' },
      beside: null,
      sort: 'unsure',
      label: 'cat',
      disagree: true,
    } as const;
    expect(parseClassifyView(new URLSearchParams(classifyParams(view)))).toEqual(view);
    expect(parseClassifyView(new URLSearchParams('who=nobody')).target).toBeNull();
  });
});
