/** Parallel tasks. More would only use more memory, since they share libuv's four threads. */
const AT_ONCE = 8;

/** Runs `task` on a few items in parallel and yields the results in the order of the items. */
export async function* inOrder<T, R>(items: AsyncIterable<T>, task: (item: T) => Promise<R>): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = task(item);
      // It may fail before it is awaited below, which then throws.
      result.catch(() => {});
      running.push(result);
      if (running.length === AT_ONCE) yield await running.shift()!;
    }
    while (running.length > 0) yield await running.shift()!;
  } finally {
    await Promise.allSettled(running);
  }
}
