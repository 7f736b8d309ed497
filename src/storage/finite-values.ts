import { Prisma } from './generated/client.js';

const WRITES = new Set([
  'create',
  'createMany',
  'createManyAndReturn',
  'update',
  'updateMany',
  'updateManyAndReturn',
  'upsert',
]);

/**
 * Refuses every write of a number that is not finite, whatever the table. PostgreSQL would store NaN, and
 * JSON would turn it into null; GraphQL can return neither for a number, so every later read of the row would fail. Jobs check
 * their own figures and report a clearer error; this check is the last one.
 */
export const onlyFiniteValues = Prisma.defineExtension({
  name: 'only finite values',
  query: {
    $allModels: {
      $allOperations({ model, operation, args, query }) {
        if (WRITES.has(operation)) {
          const { data, create, update } = args as { data?: unknown; create?: unknown; update?: unknown };
          for (const part of [data, create, update]) requireFinite(part, model);
        }
        return query(args);
      },
    },
  },
});

/** @param path of the value, for the error. @throws Error, naming it. */
function requireFinite(value: unknown, path: string): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`${path} would be stored as ${value}, which is not a finite number`);
  } else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) requireFinite(item, `${path}[${i}]`);
  } else if (isPlain(value)) {
    for (const [key, item] of Object.entries(value)) requireFinite(item, `${path}.${key}`);
  }
}

/** Whether a value is an object of JSON or of Prisma's arguments, and no date, buffer or null of Prisma's. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
