import protobuf from 'protobufjs/light.js';

/** Fields of a message by name: their type and number. A type may start with `repeated ` or `map `, whose keys are strings. */
export type Fields = Readonly<Record<string, readonly [type: string, id: number]>>;

/** The encoder of the message `name`. Fields that a message does not set are left out. */
export function encoderOf(
  messages: Readonly<Record<string, Fields>>,
  name: string,
): (message: Record<string, unknown>) => Uint8Array {
  const nested = Object.fromEntries(Object.entries(messages).map(([of, fields]) => [of, typeOf(fields)]));
  const type = protobuf.Root.fromJSON({ nested }).lookupType(name);
  return (message) => type.encode(message).finish();
}

function typeOf(fields: Fields): protobuf.IType {
  return { fields: Object.fromEntries(Object.entries(fields).map(([name, [type, id]]) => [name, fieldOf(type, id)])) };
}

function fieldOf(type: string, id: number): protobuf.IField | protobuf.IMapField {
  if (type.startsWith('repeated ')) return { type: type.slice(9), id, rule: 'repeated' };
  return type.startsWith('map ') ? { keyType: 'string', type: type.slice(4), id } : { type, id };
}
