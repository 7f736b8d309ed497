import { describe, expect, it } from 'vitest';
import { classifyParams, parseClassifyView } from '../../../web/src/pages/classify/url';
import { FIRST_VIEW, parseView, viewParams } from '../../../web/src/pages/datasets/url';

describe('the view in a URL', () => {
  it.each([
    FIRST_VIEW,
    { ...FIRST_VIEW, label: 'c & d', split: 'TEST', page: 3, open: 130 } as const,
    { ...FIRST_VIEW, show: 'duplicates', duplicates: 'LEAKS' } as const,
  ])('of a dataset version is read as it was written: %j', (view) => {
    expect(parseView(new URLSearchParams(viewParams(view)))).toEqual(view);
  });

  it('of a dataset version is the first view where values are invalid', () => {
    expect(parseView(new URLSearchParams('show=x&split=y&duplicates=z&page=0&image=-1'))).toEqual(FIRST_VIEW);
  });

  it('of photos is read as it was written, and an invalid target is ignored', () => {
    const view = {
      target: { model: 'm', alias: 'production' },
      compared: null,
      sort: 'unsure',
      label: 'cat',
      disagree: true,
    } as const;
    expect(parseClassifyView(new URLSearchParams(classifyParams(view)))).toEqual(view);
    expect(parseClassifyView(new URLSearchParams('model=nobody')).target).toBeNull();
  });
});
