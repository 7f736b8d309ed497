/** Code and message with which a request is refused. */
export function refused(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => 'not refused',
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );
}
