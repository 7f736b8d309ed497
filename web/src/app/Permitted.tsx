import { useReactiveVar } from '@apollo/client/react';
import type { ReactNode } from 'react';
import type { Operation } from '../graphql';
import { Empty } from '../ui/Empty';
import { Loading } from '../ui/Loading';
import { refusals } from './me';

/** A part of a page that asks for `needs`; where the role may not, the reason instead. */
export function Permitted({ needs, children }: { readonly needs: Operation; readonly children: ReactNode }) {
  const known = useReactiveVar(refusals);
  if (known === null) return <Loading />;
  const refusal = known.get(needs);
  return refusal === undefined ? children : <Empty title="Not for your role" text={refusal} />;
}
