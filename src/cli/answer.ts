import { type ErrorCode, HubError } from '../errors.js';

/** A hub's answer to a request, or one event of a subscription. */
export interface Answer<T> {
  readonly data?: T;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** The data of an answer. @throws the hub's error, with its code, when there is one. */
export function dataOf<T>(answer: Answer<T>): T {
  if (answer.errors?.length) throw refusalOf(answer.errors);
  return answer.data as T;
}

/** The first error of an answer as a HubError. */
export function refusalOf([error]: NonNullable<Answer<unknown>['errors']>): HubError {
  const code = error?.extensions?.code ?? 'INTERNAL';
  return new HubError(code as ErrorCode, withoutVariable(error?.message ?? 'The hub gave no reason.'));
}

/** GraphQL's refusal of a variable without its name and its whole value: where in the input, and why. */
function withoutVariable(message: string): string {
  return message.replace(/^Variable "\$\w+" got invalid value .+? at "([^"]+)"; /s, '$1: ');
}
