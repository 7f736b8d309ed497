import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  parse,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { HubError } from '../errors.js';
import { BOUNDS } from '../limits.js';

type Counted = 'selections' | 'directives' | 'variables' | 'definitions';

/** Options of GraphQL's parser. */
export const PARSE_OPTIONS = { maxTokens: BOUNDS.tokens.value };

/** Strings and comments, whose brackets do not count. */
const TEXTS = /"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n\r])*"|#[^\n\r]*/g;

/**
 * Parses a document and checks its size, before anything walks through it: the parser calls itself for each bracket, and
 * validation compares all fields of the same name in pairs.
 * @throws LIMIT_EXCEEDED; GraphQLError for what cannot be parsed.
 */
export function parseDocument(query: string): DocumentNode {
  check('nesting', nestingOf(query), BOUNDS.nesting.what);
  let document: DocumentNode;
  try {
    document = parse(query, PARSE_OPTIONS);
  } catch (error) {
    if (!(error instanceof GraphQLError && error.message.includes(`${BOUNDS.tokens.value} tokens`))) throw error;
    const message = `The request has more than ${BOUNDS.tokens.value} ${BOUNDS.tokens.what}.`;
    throw new HubError('LIMIT_EXCEEDED', message, { limit: BOUNDS.tokens.value });
  }
  checkDocument(document);
  return document;
}

/** Most brackets that are open at the same place of a document. */
function nestingOf(query: string): number {
  let [open, most] = [0, 0];
  for (const [bracket] of query.replace(TEXTS, '').matchAll(/[{}()[\]]/g)) {
    open += '{(['.includes(bracket) ? 1 : -1;
    most = Math.max(most, open);
  }
  return most;
}

function checkDocument(document: DocumentNode): void {
  const counts: Record<Counted, number> = { selections: 0, directives: 0, variables: 0, definitions: 0 };
  const sets: SelectionSetNode[] = [];
  counts.definitions = document.definitions.length;
  visit(document, {
    SelectionSet(node) {
      sets.push(node);
      counts.selections += node.selections.length;
    },
    Directive() {
      counts.directives += 1;
    },
    VariableDefinition() {
      counts.variables += 1;
    },
  });
  for (const [what, received] of Object.entries(counts) as [Counted, number][])
    check(what, received, BOUNDS[what].what);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  }
  for (const set of sets) checkNames(set, fragments);
}

function checkNames(set: SelectionSetNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): void {
  const names = new Map<string, number>();
  const count = (name: string): void => {
    const received = (names.get(name) ?? 0) + 1;
    names.set(name, received);
    check('sameName', received, `${BOUNDS.sameName.what} ("${name}")`);
  };
  const seen = new Set<string>();
  const open = [set];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const selection of next.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) open.push(selection.selectionSet);
      else if (selection.kind === Kind.FIELD) count((selection.alias ?? selection.name).value);
      else {
        const { value } = selection.name;
        const fragment = fragments.get(value);
        if (fragment && !seen.has(value)) open.push(fragment.selectionSet);
        seen.add(value);
      }
    }
  }
}

function check(bound: Counted | 'nesting' | 'sameName', received: number, what: string): void {
  const { value } = BOUNDS[bound];
  if (received <= value) return;
  const message = `The request has ${received} ${what}; the limit is ${value}.`;
  throw new HubError('LIMIT_EXCEEDED', message, { limit: value, received });
}
