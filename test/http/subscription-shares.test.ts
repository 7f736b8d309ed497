import { expect, it } from 'vitest';
import { SubscriptionShares } from '../../src/http/subscription-shares.js';
import { BOUNDS } from '../../src/limits.js';

const socket = (count = 0) => ({
  subscriptions: Object.fromEntries(Array.from({ length: count }, (_, i) => [i, null])) as Record<string, unknown>,
});
const message = (work: () => void): string => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

it('bounds the sockets of a token and of all, and gives their places back', () => {
  const shares = new SubscriptionShares();
  const own = Array.from({ length: BOUNDS.sockets.value }, () => socket());
  for (const each of own) shares.open('a', each);
  expect(message(() => shares.open('a', socket()))).toMatch(/101 WebSockets of one token; the limit is 100/);
  for (let i = 0; i < BOUNDS.allSockets.value - own.length; i++) shares.open(`b${i}`, socket());
  expect(message(() => shares.open('c', socket()))).toMatch(/1001 WebSockets of all tokens; the limit is 1000/);
  shares.close('a', own[0]!);
  expect(message(() => shares.open('c', socket()))).toBe('accepted');
});

it('bounds the subscriptions of a socket, of a token and of all, and forgets those that have ended', () => {
  const shares = new SubscriptionShares();
  const full = socket(BOUNDS.subscriptions.value + 1);
  shares.open('x', full);
  expect(message(() => shares.begin('x', full))).toMatch(/101 subscriptions of one WebSocket; the limit is 100/);
  shares.close('x', full);
  const tokens = Array.from({ length: 10 }, (_, i) => `t${i}`);
  const sockets = tokens.flatMap((token) => Array.from({ length: 5 }, () => ({ token, each: socket(100) })));
  for (const { token, each } of sockets) {
    shares.open(token, each);
    shares.begin(token, each);
  }
  const more = socket(1);
  shares.open('t0', more);
  expect(message(() => shares.begin('t0', more))).toMatch(/501 subscriptions of one token; the limit is 500/);
  shares.close('t0', more);
  shares.open('other', more);
  expect(message(() => shares.begin('other', more))).toMatch(/5001 subscriptions of all tokens; the limit is 5000/);
  sockets[0]!.each.subscriptions = {};
  expect(message(() => shares.begin('other', more))).toBe('accepted');
});
