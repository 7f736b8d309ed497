import { Length, Matches } from 'class-validator';
import { Field } from 'type-graphql';

/** The reason for a change, which the audit records. */
export function Reason(): PropertyDecorator {
  const rules = [
    Field(() => String, { description: 'Reason, recorded in the audit. 1 to 1000 characters.' }),
    Length(1, 1000),
    Matches(/\S/, { message: 'reason must say why.' }),
  ];
  return (target, property) => {
    for (const rule of rules) rule(target, property as string);
  };
}
