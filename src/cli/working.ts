import ora, { type Ora } from 'ora';

/** Shows on standard error that something is being done; what it came to is left to the caller to say. */
export async function working<T>(title: string, work: (line: Ora) => Promise<T>): Promise<T> {
  const line = ora(title).start();
  try {
    return await work(line);
  } finally {
    line.stop();
  }
}
