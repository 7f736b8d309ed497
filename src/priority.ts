import { getPriority, setPriority } from 'node:os';

/**
 * Lowers the priority of this process, or on Linux of this thread and those it starts. A priority that is already lower
 * stays: only an administrator may raise it.
 * @param niceness from 0, the default, to 19, the lowest priority.
 */
export function yieldTo(niceness: number): void {
  if (getPriority() < niceness) setPriority(niceness);
}
