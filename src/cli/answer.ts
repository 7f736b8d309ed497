import { type ErrorCode, HubError } from '../errors.js';

/** What a hub sends to a request, or as one event of a subscription. */
export interface Answer<T> {
  readonly data?: T;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** @throws what the hub refused with. */
export function dataOf<T>(answer: Answer<T>): T {
  if (answer.errors?.length) throw refusalOf(answer.errors);
  return answer.data as T;
}

/** What the hub said in the first of its errors. */
export function refusalOf([error]: NonNullable<Answer<unknown>['errors']>): HubError {
  const code = error?.extensions?.code ?? 'INTERNAL';
  return new HubError(code as ErrorCode, error?.message ?? 'The hub gave no reason.');
}
