import { useCallback, useState } from 'react';
import { messageOf } from './Answer';

/** A request by a button: whether it is under way, and the problem of the last one. @param before shown until the first. */
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
