import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, Int } from 'type-graphql';
import { formatRange, hyperparameter } from '../../training/hyperparameters.js';

/** The enum of a hyperparameter of kind CHOICE: values by their names in the API. */
type Choices = Readonly<Record<string, string>>;

/** A field of a resolved recipe, described by the table of hyperparameters. */
export function Hyperparameter(choices?: Choices): PropertyDecorator {
  return (target, name) => {
    const { nullable, description } = hyperparameter(String(name));
    Field(() => typeOf(String(name), choices), { nullable, description })(target, name);
  };
}

/** An optional input field, described with its default and range. */
export function HyperparameterInput(choices?: Choices): PropertyDecorator {
  return (target, name) => {
    const about = hyperparameter(String(name));
    const fineTune = about.fineTuneDefault === undefined ? '' : `; ${about.fineTuneDefault} for fine-tuning`;
    const range = formatRange(about);
    const description = `${about.description} Default: ${about.default}${fineTune}.${range ? ` Range: ${range}.` : ''}`;
    Field(() => typeOf(String(name), choices), { nullable: true, description })(target, name);
  };
}

function typeOf(name: string, choices?: Choices) {
  const { kind } = hyperparameter(name);
  if (kind === 'CHOICE' && !choices) throw new Error(`${name} is a choice: name its enum`);
  return choices ?? { INT: Int, FLOAT: Float, BOOLEAN: Boolean, CHOICE: String, WEIGHTS: GraphQLJSON }[kind];
}
