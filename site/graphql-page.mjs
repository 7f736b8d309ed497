import { Kind, parse, print } from 'graphql';

/** Groups of the page, in their order. */
const GROUPS = [
  ['Queries', ({ name }) => name === 'Query'],
  ['Mutations', ({ name }) => name === 'Mutation'],
  ['Subscriptions', ({ name }) => name === 'Subscription'],
  ['Objects', ({ kind }) => kind === Kind.OBJECT_TYPE_DEFINITION || kind === Kind.INTERFACE_TYPE_DEFINITION],
  ['Inputs', ({ kind }) => kind === Kind.INPUT_OBJECT_TYPE_DEFINITION],
  ['Enums', ({ kind }) => kind === Kind.ENUM_TYPE_DEFINITION],
  ['Unions and scalars', ({ kind }) => kind === Kind.UNION_TYPE_DEFINITION || kind === Kind.SCALAR_TYPE_DEFINITION],
];

/** Text of a description in a cell or line of Markdown, which Vue reads as a template. */
const text = (node) =>
  (node.description?.value ?? '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll('{', '&#123;')
    .trim();

const deprecation = ({ directives = [] }) => {
  const found = directives.find(({ name }) => name.value === 'deprecated');
  const reason = found?.arguments?.find(({ name }) => name.value === 'reason')?.value.value;
  return found ? ` **Deprecated.** ${reason ?? ''}` : '';
};

/** Table of fields, arguments or values. */
function table(head, nodes) {
  const rows = nodes.map((node) => {
    const type = node.type ? `${print(node.type)}${node.defaultValue ? ` = ${print(node.defaultValue)}` : ''}` : null;
    const cells = [
      `\`${node.name.value}\``,
      ...(type === null ? [] : [`\`${type}\``]),
      `${text(node)}${deprecation(node)}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}\n${rows.join('\n')}\n\n`;
}

/** An operation: what it does, its arguments, and what it returns. */
function operation(field) {
  const args = field.arguments ?? [];
  const shown = args.length === 0 ? '' : table(['Argument', 'Type', 'Meaning'], args);
  return `### ${field.name.value}\n\n${text(field)}${deprecation(field)}\n\nReturns \`${print(field.type)}\`.\n\n${shown}`;
}

function type(node) {
  const head = `### ${node.name.value}\n\n${text(node)}\n\n`;
  if (node.kind === Kind.ENUM_TYPE_DEFINITION) return `${head}${table(['Value', 'Meaning'], node.values ?? [])}`;
  if (node.kind === Kind.UNION_TYPE_DEFINITION)
    return `${head}One of ${(node.types ?? []).map((each) => `\`${print(each)}\``).join(', ')}.\n\n`;
  if (!node.fields) return head;
  const withArguments = node.fields.flatMap((field) =>
    (field.arguments ?? []).map((argument) => ({
      ...argument,
      name: { value: `${field.name.value}(${argument.name.value}:)` },
    })),
  );
  const args = withArguments.length === 0 ? '' : table(['Argument', 'Type', 'Meaning'], withArguments);
  return `${head}${table(['Field', 'Type', 'Meaning'], node.fields)}${args}`;
}

/** The reference of a schema as a page of Markdown: operations, then types, each by its name. */
export function graphqlPage(schema) {
  const definitions = parse(schema)
    .definitions.filter(({ kind }) => kind.endsWith('TypeDefinition'))
    .toSorted((a, b) => (a.name.value < b.name.value ? -1 : 1));
  const roots = ['Query', 'Mutation', 'Subscription'];
  const parts = GROUPS.map(([heading, takes]) => {
    const found = definitions.filter((node) => takes({ kind: node.kind, name: node.name.value }));
    const isRoot = found.length === 1 && roots.includes(found[0].name.value);
    const shown = isRoot
      ? found[0].fields.map(operation)
      : found.filter(({ name }) => !roots.includes(name.value)).map(type);
    return `## ${heading}\n\n${shown.join('')}`;
  });
  const intro =
    'Made from schema.graphql. [API](api.md#graphql) says how to send requests, and lists the operations by step.';
  return `---\noutline: 2\n---\n\n# GraphQL reference\n\n${intro}\n\n${parts.join('')}`;
}
