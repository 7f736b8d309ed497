import { useCallback, useState } from 'react';
import { messageOf } from './Answer';

/** A request to the hub: whether it is under way, and why the last one failed. @param before first problem to show. */
export function useTask(before: string | null = null) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(before);
  /** @returns whether it succeeded. */
  const run = useCallback(async (task: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    try {
      await task();
      return true;
    } catch (error) {
      setProblem(messageOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return { busy, problem, run };
}
