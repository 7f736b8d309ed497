import type { FallbackProps } from 'react-error-boundary';
import { messageOf } from '../ui/Answer';
import { Problem } from '../ui/Problem';

/** What a page could not deal with itself. */
export function PageError({ error }: FallbackProps) {
  const unfetched = error instanceof TypeError && /import/i.test(error.message);
  const message = unfetched
    ? 'A part of the page could not be fetched: the hub was updated or does not answer. Load the page again.'
    : messageOf(error);
  return <Problem message={message} retry={() => location.reload()} />;
}
