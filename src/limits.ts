/** What one part of a request may cost. docs/security.md shows all of them. */
export interface Bound {
  readonly value: number;
  readonly unit: 'bytes' | 'milliseconds' | 'levels' | '';
  readonly what: string;
}

const bound = <T extends number>(value: T, unit: Bound['unit'], what: string): Bound & { readonly value: T } => ({
  value,
  unit,
  what,
});

const KIB = 1024;
const MIB = 1024 ** 2;

/** The fixed bounds of every kind of request. `docs/security.md` has them as a table, and a test compares the two. */
export const BOUNDS = {
  // GraphQL
  jsonBytes: bound(MIB, 'bytes', 'JSON body of a GraphQL request'),
  tokens: bound(5_000, '', 'lexical tokens of a GraphQL document; recursion over it must not overflow the stack'),
  selections: bound(500, '', 'fields and fragments that a document names'),
  sameName: bound(20, '', 'fields of one selection with the same name in the answer, those of its fragments included'),
  directives: bound(100, '', 'directives of a document'),
  variables: bound(200, '', 'variables of a document'),
  definitions: bound(100, '', 'operations and fragments of a document'),
  depth: bound(10, 'levels', 'nested fields, except for introspection'),
  cost: bound(50_000, '', 'fields of an answer; those in lists count once per row, fields of Query and Mutation 500'),
  pictures: bound(400, '', 'pictures that one request renders'),
  pixels: bound(40_000_000, '', 'pixels of those pictures together'),
  text: bound(20_000, '', 'characters of one text in an argument'),
  jsonValues: bound(2_000, '', 'values of an argument of the type JSON'),
  jsonDepth: bound(10, 'levels', 'nested values of an argument of the type JSON'),
  // Multipart
  formField: bound(MIB, 'bytes', 'operations, or map, of a form'),
  formFiles: bound(16, '', 'files of a form, and places in its map'),
  mapPath: bound(200, '', 'characters of a path in the map of a form'),
  photo: bound(50_000_000, 'bytes', 'encoded photo; every file that a VIEWER uploads'),
  upload: bound(4 * KIB * MIB, 'bytes', 'file that a TRAINER uploads'),
  // Open Inference
  batch: bound(32, '', 'photos of an inference request'),
  inferenceJson: bound(8 * MIB, 'bytes', 'JSON of an inference request'),
  inferenceBody: bound(48 * MIB, 'bytes', 'body of an inference request, unpacked'),
  inferenceId: bound(200, '', 'characters of the id of an inference request'),
  // WebSocket
  message: bound(100_000, 'bytes', 'message of a WebSocket'),
} as const satisfies Record<string, Bound>;
