import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { Checked, checkArgument, distinct, list, NAME, number, SHA256, text, UUID } from '../../src/schema/checked.js';

class Item {
  constructor(readonly name: string | null) {}
}

class Base {
  count?: number | null;
}

class Input extends Base {
  from?: number;
  word?: string;
  words?: string[];
  items?: Item[];
  hash?: string;
  id?: string;
  item?: Item;
  other?: unknown;
}

// Decorators as functions: the tests' compiler knows only the newer kind.
Checked(NAME)(Item.prototype, 'name');
Checked(number(1, 10))(Base.prototype, 'count');
Checked(number(0))(Input.prototype, 'from');
Checked(text(2, 4))(Input.prototype, 'word');
Checked(distinct(list(1, 3, text(1, 2))))(Input.prototype, 'words');
Checked(list(0, 30))(Input.prototype, 'items');
Checked(SHA256)(Input.prototype, 'hash');
Checked(UUID)(Input.prototype, 'id');

/** The problems of an input, as a client gets them. */
function problems(given: Partial<Input>): unknown {
  try {
    checkArgument(Object.assign(new Input(), given), Input, { root: {}, args: {}, context: {}, info: {} as never });
  } catch (error) {
    const { code, message, details } = error as { code: string; message: string; details: { problems: string[] } };
    expect({ code, message }).toEqual({ code: 'BAD_INPUT', message: details.problems.join(' ') });
    return details.problems;
  }
  return [];
}

describe('A checked input', () => {
  it.each<[string, Partial<Input>]>([
    ['absent fields', {}],
    ['null where a field has a rule', { count: null, item: new Item(null), items: [new Item(null)] }],
    ['both ends of a range', { count: 1, from: 0, word: 'ab', words: ['a'] }],
    ['both ends of a range again', { count: 10, from: 1e9, word: 'abcd', words: ['a', 'b', 'cc'] }],
    ['characters of two code units each', { word: '🍏🍐🍊🍋' }],
    ['names, hashes and ids', { item: new Item('a.b_c-1'), hash: 'aB'.repeat(32), id: crypto.randomUUID() }],
    [
      'what is no input: JSON, dates, promises',
      { other: { name: 'Not a name', date: [new Date(), Promise.resolve()] } },
    ],
  ])('passes with %s', (_, given) => {
    expect(problems(given)).toEqual([]);
  });

  it.each<[string, Partial<Input>, string[]]>([
    ['a number below its range', { count: 0 }, ['count must be 1 to 10; 0 was received.']],
    ['a number above it', { count: 10.5 }, ['count must be 1 to 10; 10.5 was received.']],
    ['a number below a bound', { from: -1 }, ['from must be 0 or more; -1 was received.']],
    ['a text that is short', { word: 'a' }, ['word must have 2 to 4 characters; it has 1.']],
    ['a text that is long', { word: '🍏🍐🍊🍋🍌' }, ['word must have 2 to 4 characters; it has 5.']],
    ['an empty list', { words: [] }, ['words must have 1 to 3 items; it has 0.']],
    ['a long list', { words: ['a', 'b', 'c', 'd'] }, ['words must have 1 to 3 items; it has 4.']],
    ['a bad item', { words: ['a', 'bcd'] }, ['words[1] must have 1 to 2 characters; it has 3.']],
    ['an item twice', { words: ['a', 'a'] }, ['words must not repeat an item; send each one once.']],
    [
      'a hash of 63 digits',
      { hash: 'a'.repeat(63) },
      [`hash must be 64 hex digits; "${'a'.repeat(63)}" was received.`],
    ],
    ['an id that is none', { id: 'x' }, ['id must be a UUID; "x" was received.']],
    [
      'two problems',
      { from: -1, word: '' },
      ['from must be 0 or more; -1 was received.', expect.stringMatching(/^word /)],
    ],
  ])('is refused with %s', (_, given, expected) => {
    expect(problems(given)).toEqual(expected);
  });

  it('is refused for an input within it, which is named by its path', () => {
    const rule = /^A name has 1 to 64 characters.+ Received as (.+)\.$/;
    const found = problems({ item: new Item('No $field'), items: [new Item('yes'), new Item('No')] }) as string[];
    expect(found.map((problem) => rule.exec(problem)?.[1])).toEqual(['items[1].name: "No"', 'item.name: "No $field"']);
  });

  it('is refused with 20 problems at most, and 100 characters of a value', () => {
    expect(problems({ items: Array.from({ length: 30 }, () => new Item('No')) })).toHaveLength(20);
    expect(problems({ id: 'x'.repeat(5000) })).toEqual([`id must be a UUID; "${'x'.repeat(99)}… was received.`]);
  });

  it('does not look into a list that is too long', () => {
    const items = Array.from({ length: 31 }, () => new Item('No'));
    expect(problems({ items })).toEqual(['items must have 0 to 30 items; it has 31.']);
  });
});
