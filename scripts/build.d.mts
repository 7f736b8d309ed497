export type Part = 'client' | 'types' | 'program' | 'page' | 'database';
export function build(parts?: readonly Part[]): Promise<void>;
export function forgetProgram(): Promise<void>;
