/** Tasks that run at a time. More would only hold more memory: the threads behind them (libuv's) are four. */
const AT_ONCE = 8;

/** Runs `task` on a few items at a time and yields the results in the order of the items. */
export async function* inOrder<T, R>(items: AsyncIterable<T>, task: (item: T) => Promise<R>): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = task(item);
      // It may fail before its turn comes; the error is thrown then.
      result.catch(() => {});
      running.push(result);
      if (running.length === AT_ONCE) yield await running.shift()!;
    }
    while (running.length > 0) yield await running.shift()!;
  } finally {
    await Promise.allSettled(running);
  }
}
