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
  jsonBytes: bound(MIB, 'bytes', 'a GraphQL request as JSON'),
  tokens: bound(5_000, '', 'lexical tokens of a GraphQL document'),
  nesting: bound(100, '', 'brackets within brackets of a GraphQL document'),
  selections: bound(500, '', 'fields and fragments that a document names'),
  sameName: bound(20, '', 'fields of one selection with the same name in the answer, those of its fragments included'),
  directives: bound(100, '', 'directives of a document'),
  variables: bound(200, '', 'variables of a document'),
  definitions: bound(100, '', 'operations and fragments of a document'),
  depth: bound(10, 'levels', 'nested fields, except for introspection'),
  cost: bound(50_000, '', 'fields of an answer; those in lists count once per row, fields of Query and Mutation 500'),
  pictures: bound(400, '', 'pictures that one request renders'),
  pictureRequests: bound(4, '', 'requests of one token that render pictures at the same time; more of them wait'),
  pixels: bound(40_000_000, '', 'pixels of those pictures together'),
  probabilities: bound(
    64 * MIB,
    'bytes',
    'probabilities of test images that a run keeps, from which its curves are computed',
  ),
  projected: bound(2_000, '', 'images of an embedding map; one map of each token is computed at a time'),
  searched: bound(
    1024 * MIB,
    'bytes',
    'features of the images of a dataset version among which similar ones are searched',
  ),
  text: bound(20_000, '', 'characters of one text in an argument'),
  jsonValues: bound(2_000, '', 'values of an argument of the type JSON'),
  jsonDepth: bound(10, 'levels', 'nested values of an argument of the type JSON'),
  // Multipart
  formField: bound(MIB, 'bytes', 'the operations of a form, or its map'),
  formFiles: bound(16, '', 'files of a form, and places in its map'),
  mapPath: bound(200, '', 'characters of a path in the map of a form'),
  photo: bound(50_000_000, 'bytes', 'an encoded photo; any file that a VIEWER uploads'),
  upload: bound(4 * KIB * MIB, 'bytes', 'a file that a TRAINER uploads'),
  // Open Inference
  batch: bound(32, '', 'photos of an inference request'),
  inferenceHead: bound(64 * KIB, 'bytes', 'the JSON of an inference request before a tensor in the binary form'),
  inferenceJson: bound(2 * MIB, 'bytes', 'the JSON of an inference request'),
  inferenceBody: bound(48 * MIB, 'bytes', 'an inference request, unpacked'),
  grpcStreams: bound(128, '', 'calls of one gRPC connection at the same time'),
  inferenceId: bound(200, '', 'characters of the id of an inference request'),
  // Connections
  pipelined: bound(32, '', 'requests of one connection that wait for the answer to the one before'),
  tooMany: bound(
    250,
    'milliseconds',
    'time for which a connection that was answered with 429 waits before its next request is begun',
  ),
  requestsAtOnce: bound(256, '', 'requests of one token that are not answered yet'),
  unread: bound(64 * MIB, 'bytes', 'answers of one token that their readers have not taken'),
  pace: bound(KIB, 'bytes', 'a body that must arrive in each second'),
  slowBody: bound(30_000, 'milliseconds', 'time for which a body may arrive more slowly than that'),
  reader: bound(
    30_000,
    'milliseconds',
    'time without progress after which an answer does not wait for its reader any more',
  ),
  linger: bound(
    2_000,
    'milliseconds',
    'time for which the rest of a refused body is discarded, so that its sender sees the answer',
  ),
  closing: bound(1_000, 'milliseconds', 'time for which a hub that stops keeps an idle connection'),
  // WebSocket
  strangers: bound(200, '', 'WebSockets that have not shown a token'),
  sockets: bound(100, '', 'WebSockets of one token'),
  allSockets: bound(1_000, '', 'WebSockets of all tokens'),
  subscriptions: bound(100, '', 'subscriptions of one WebSocket'),
  refusedSubscriptions: bound(100, '', 'refused subscriptions of one WebSocket; at the next one it is closed'),
  tokenSubscriptions: bound(500, '', 'subscriptions of one token'),
  allSubscriptions: bound(5_000, '', 'subscriptions of all tokens'),
  unsent: bound(4 * MIB, 'bytes', 'messages of one WebSocket that its reader has not taken'),
  message: bound(100_000, 'bytes', 'a message of a WebSocket'),
} as const satisfies Record<string, Bound>;
