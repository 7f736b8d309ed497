import { Length, Matches } from 'class-validator';
import { Field } from 'type-graphql';

/** Why somebody changes something; the audit keeps it. */
export function Reason(): PropertyDecorator {
  const rules = [
    Field(() => String, { description: 'Why; the audit keeps it. 1 to 1000 characters.' }),
    Length(1, 1000),
    Matches(/\S/, { message: 'reason must say why.' }),
  ];
  return (target, property) => {
    for (const rule of rules) rule(target, property as string);
  };
}
