/** The line that says what a command does at the moment. */
export interface Line {
  text: string;
  start(text?: string): Line;
  stop(): unknown;
  clear(): unknown;
  succeed(text?: string): unknown;
  fail(text?: string): unknown;
  info(text?: string): unknown;
  warn(text?: string): unknown;
}
