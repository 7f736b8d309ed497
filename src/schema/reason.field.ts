import { Field } from 'type-graphql';
import { Checked, text } from './checked.js';

const REASON = text(1, 1000).refine((value) => value === '' || /\S/.test(String(value)), {
  error: '$field must say why.',
});

/** The reason for a change, which the audit records. */
export function Reason(): PropertyDecorator {
  return (target, property) => {
    Field(() => String, { description: 'Reason, recorded in the audit log. 1 to 1000 characters.' })(target, property);
    Checked(REASON)(target, property);
  };
}
