import { describe, expect, it } from 'vitest';
import { readRunView, writeRunView } from '../../../web/src/lib/run-view.js';
import { filterOf, readRunsView, unfiltered, WHOLE_LIST, writeRunsView } from '../../../web/src/lib/runs-view.js';

describe('the address of the list', () => {
  const view = readRunsView(
    new URLSearchParams(
      'q=b7&state=FAILED,RUNNING&kind=FINE_TUNE&dataset=pets&version=2&backbone=imagenet&owner=ann&tag=paper&group=sweep&columns=state,dropout&metric=TEST_ACCURACY&min=0.5&max=0.9&sort=TEST_ACCURACY&order=asc&ids=a,b',
    ),
  );

  it('holds everything that is shown, there and back', () => {
    expect(view).toEqual({
      text: 'b7',
      states: ['FAILED', 'RUNNING'],
      kind: 'FINE_TUNE',
      dataset: 'pets',
      datasetVersion: 2,
      backbone: 'imagenet',
      owner: 'ann',
      tag: 'paper',
      metric: 'TEST_ACCURACY',
      atLeast: 0.5,
      atMost: 0.9,
      sort: 'TEST_ACCURACY',
      direction: 'ASCENDING',
      group: 'SWEEP',
      columns: ['state', 'dropout'],
      ids: ['a', 'b'],
    });
    expect(readRunsView(writeRunsView(view))).toEqual(view);
  });

  it('says nothing of what is as it is at first', () => {
    expect(writeRunsView(WHOLE_LIST).toString()).toBe('');
    expect(readRunsView(new URLSearchParams())).toEqual(WHOLE_LIST);
  });

  it('with metrics of all epochs, as pages once wrote them, mean those of the kept epoch', () => {
    const params = new URLSearchParams('metric=BEST_VALIDATION_LOSS&max=0.5&sort=BEST_VALIDATION_ACCURACY');
    const view = { metric: 'VALIDATION_LOSS', atMost: 0.5, sort: 'VALIDATION_ACCURACY' };
    expect(readRunsView(params)).toMatchObject(view);
  });

  it('passes over what it does not know', () => {
    const odd = 'state=ASLEEP&kind=X&version=2&metric=SPEED&min=1&sort=NAME&order=up&group=color&ids=,a,a,';
    expect(readRunsView(new URLSearchParams(odd))).toEqual({ ...WHOLE_LIST, ids: ['a'] });
    expect(readRunsView(new URLSearchParams('metric=TEST_LOSS&min=much')).atLeast).toBeNull();
  });

  it('becomes a filter that asks for what is given and for nothing else', () => {
    expect(filterOf(WHOLE_LIST)).toEqual({});
    expect(filterOf({ ...WHOLE_LIST, text: ' a ', tag: ' ' })).toEqual({ text: 'a' });
    expect(filterOf(view)).toEqual({
      text: 'b7',
      states: ['FAILED', 'RUNNING'],
      kind: 'FINE_TUNE',
      dataset: 'pets',
      datasetVersion: 2,
      backbone: 'imagenet',
      owner: 'ann',
      tag: 'paper',
      metrics: [{ metric: 'TEST_ACCURACY', atLeast: 0.5, atMost: 0.9 }],
    });
  });

  it('keeps order, groups, columns and selection when the filter is cleared', () => {
    expect(unfiltered(view)).toEqual({
      ...WHOLE_LIST,
      ...{
        sort: 'TEST_ACCURACY',
        direction: 'ASCENDING',
        group: 'SWEEP',
        columns: ['state', 'dropout'],
        ids: ['a', 'b'],
      },
    });
  });
});

describe('the address of a run', () => {
  it('holds everything that is shown, there and back, and leaves alone what is not its own', () => {
    const view = {
      zoom: [3, 10],
      smooth: 0.8,
      log: true,
      table: true,
      cell: { truth: 'cat', predicted: 'dog' },
      shares: true,
      map: true,
      against: 'SEED',
    } as const;
    const params = writeRunView(new URLSearchParams('ids=a,b'), view);
    expect(readRunView(params)).toEqual(view);
    expect(params.get('ids')).toBe('a,b');
    const cleared = {
      zoom: null,
      smooth: 0,
      log: false,
      table: false,
      cell: null,
      shares: false,
      map: false,
      against: null,
    };
    expect(writeRunView(params, cleared).toString()).toBe('ids=a%2Cb');
  });

  it.each(['zoom=10-3', 'zoom=3', 'zoom=a-b', 'smooth=1', 'smooth=-1', 'truth=cat'])('passes over %s', (odd) => {
    expect(readRunView(new URLSearchParams(odd))).toEqual(readRunView(new URLSearchParams()));
  });
});
