/** The result of one check. */
export interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'problem';
  readonly found: string;
  /** How to fix it. */
  readonly remedy: string | null;
}

export const ok = (check: string, found: string): Finding => ({ check, status: 'ok', found, remedy: null });

/** Something that works, but badly or not for long. */
export const warning = (check: string, found: string, remedy: string): Finding => {
  return { check, status: 'warning', found, remedy };
};

/** Something that does not work. */
export const problem = (check: string, found: string, remedy: string): Finding => {
  return { check, status: 'problem', found, remedy };
};

/** The first line of an error's message, without the final full stop. */
export function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  const [line] = (message || code || String(error)).split('\n');
  return (line as string).replace(/\.$/, '');
}
