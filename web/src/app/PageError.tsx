import type { FallbackProps } from 'react-error-boundary';
import { messageOf } from '../ui/Answer';
import { Problem } from '../ui/Problem';

/** An error that no page handled. */
export function PageError({ error }: FallbackProps) {
  const notLoaded = error instanceof TypeError && /import/i.test(error.message);
  const message = notLoaded
    ? 'Part of the page could not be loaded: the hub was updated or does not answer. Reload the page.'
    : messageOf(error);
  return <Problem message={message} retry={() => location.reload()} />;
}
