import { CombinedGraphQLErrors } from '@apollo/client';

/** Whether the hub refused a request with a code, such as `NOT_FOUND`. */
export function hasCode(error: unknown, code: string): boolean {
  return CombinedGraphQLErrors.is(error) && error.errors.some(({ extensions }) => extensions?.code === code);
}
