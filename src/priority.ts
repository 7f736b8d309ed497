import { getPriority, setPriority } from 'node:os';

/**
 * Lets others go before this process, or on Linux before this thread and those that it starts. One that was started with
 * less stays there: only an administrator may raise it.
 * @param niceness 0 is usual, 19 the least.
 */
export function yieldTo(niceness: number): void {
  if (getPriority() < niceness) setPriority(niceness);
}
