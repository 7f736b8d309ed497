import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode, visit } from 'graphql';
import { HubError } from '../errors.js';
import { BOUNDS } from '../limits.js';

type Counted = 'selections' | 'directives' | 'variables' | 'definitions';

/**
 * Checks the size of a document before it is validated: validation compares all fields of the same name in pairs.
 * @throws LIMIT_EXCEEDED.
 */
export function checkDocument(document: DocumentNode): void {
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

function check(bound: Counted | 'sameName', received: number, what: string): void {
  const { value } = BOUNDS[bound];
  if (received <= value) return;
  const message = `The request has ${received} ${what}; the limit is ${value}.`;
  throw new HubError('LIMIT_EXCEEDED', message, { limit: value, received });
}
