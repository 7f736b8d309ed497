import { Field, ID, InterfaceType } from 'type-graphql';

/** Name of the GraphQL type of an object that `node` found. */
const TYPES = new WeakMap<object, string>();

/** Marks an object as one of a type that implements `Node`. */
export function asNode<T extends object>(type: string, object: T): T {
  TYPES.set(object, type);
  return object;
}

@InterfaceType('Node', {
  description: 'An object that the query `node` finds by its id alone.',
  resolveType: (object: object) => TYPES.get(object),
})
export abstract class NodeType {
  @Field(() => ID, { description: 'Id of the object.' })
  id!: string;
}
