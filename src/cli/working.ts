import type { Line } from './line.js';
import { spinner } from './spinner.js';

/** Shows a spinner on standard error during the work. The caller prints the result. */
export async function working<T>(title: string, work: (line: Line) => Promise<T>): Promise<T> {
  const line = spinner(title).start();
  try {
    return await work(line);
  } finally {
    line.stop();
  }
}
