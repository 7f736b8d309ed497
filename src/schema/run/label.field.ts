import { Field } from 'type-graphql';
import { NAME_LENGTH, NOTE_LENGTH } from '../../domain/run/run-label.js';
import { Checked, line, text } from '../checked.js';

/** An input field with the name of a run. @param more a sentence for its description. */
export function RunName(more = ''): PropertyDecorator {
  const description = `Name for people: one line of at most ${NAME_LENGTH} characters, which need not be unique. ${more}`;
  return both(
    Field(() => String, { nullable: true, description: description.trim() }),
    Checked(line(0, NAME_LENGTH)),
  );
}

/** An input field with the note of a run. */
export function RunNote(): PropertyDecorator {
  const description = `Note for people, at most ${NOTE_LENGTH} characters.`;
  return both(
    Field(() => String, { nullable: true, description }),
    Checked(text(0, NOTE_LENGTH)),
  );
}

const both =
  (first: PropertyDecorator, second: PropertyDecorator): PropertyDecorator =>
  (prototype, field) => {
    first(prototype, field);
    second(prototype, field);
  };
