import { describe, expect, it } from 'vitest';
import { isDatabaseOutage } from '../src/database-outage.js';

const error = (name: string, message: string, cause?: object): Error =>
  Object.assign(new Error(message, { cause }), { name });

describe('an outage of the database', () => {
  it.each([
    ['by its code', error('PrismaClientKnownRequestError', 'P1001: cannot reach')],
    ['in a transaction', error('DriverAdapterError', 'terminating connection due to administrator command')],
    ['by the code of the cause', error('DriverAdapterError', 'x', { kind: 'postgres', code: '57P01' })],
    ['by the first code of the cause', error('DriverAdapterError', 'x', { originalCode: '08006' })],
  ])('is recognized %s', (_, outage) => expect(isDatabaseOutage(outage)).toBe(true));

  it.each([
    [
      'a violated constraint',
      error('DriverAdapterError', 'x', { kind: 'UniqueConstraintViolation', originalCode: '23505' }),
    ],
    ['an error of something else', error('Error', 'terminating connection due to administrator command')],
    ['no error', '57P01'],
  ])('is not %s', (_, other) => expect(isDatabaseOutage(other)).toBe(false));
});
