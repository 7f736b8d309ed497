import type { Description, OperationObject, ParameterObject } from './describe.js';

/** Sends the request that a form describes, with the token that the page of the hub keeps in this browser. */
export const SCRIPT = `
const { basePath, tokenKey } = document.body.dataset;
const token = document.getElementById('token');
token.value = localStorage.getItem(tokenKey) ?? '';
const open = () => document.getElementById(location.hash.slice(1))?.setAttribute('open', '');
addEventListener('hashchange', open);
open();
for (const form of document.forms) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const [output, button] = [form.querySelector('output'), form.querySelector('button')];
    button.disabled = true;
    output.textContent = 'Waiting for the answer.';
    output.textContent = await send(form).catch((error) => 'No answer: ' + error.message);
    button.disabled = false;
  });
}
async function send(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const { dataset, name, value } of form.querySelectorAll('[data-in]')) {
    if (dataset.in === 'path') path = path.replace('{' + name + '}', encodeURIComponent(value));
    else if (value !== '') query.set(name, value);
  }
  const headers = token.value ? { authorization: 'Bearer ' + token.value.trim() } : {};
  const file = form.querySelector('[type=file]')?.files[0];
  const text = form.querySelector('textarea')?.value;
  if (!file && text) headers['content-type'] = 'application/json';
  const search = query.size > 0 ? '?' + query : '';
  const body = file ?? (text || undefined);
  const response = await fetch(basePath + path + search, { method: form.dataset.method, headers, body });
  return response.status + ' ' + response.statusText + '\\n\\n' + (await shown(response));
}
async function shown(response) {
  const type = response.headers.get('content-type') ?? '';
  if (/json/.test(type)) return JSON.stringify(await response.json(), null, 2);
  if (/^text/.test(type)) return response.text();
  await response.body?.cancel();
  return type + ', which is not shown here.';
}
`;

export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d8d8d8, #3a3a3a); --quiet: light-dark(#5c5c5c, #a6a6a6); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; background: light-dark(#fafafa, #161616); }
h1 { font-size: 1.75rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } h3 { font-size: .95rem; margin: 1rem 0 .25rem; }
code, pre, textarea, output, summary b { font-family: ui-monospace, monospace; font-size: 13px; }
pre, output { display: block; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24rem; overflow: auto; margin: .25rem 0; }
details { border-top: 1px solid var(--line); padding: .25rem 0; } details > :not(summary) { margin-left: 1rem; }
summary { cursor: pointer; padding: .25rem 0; } summary b { display: inline-block; min-width: 3rem; }
summary span, small { color: var(--quiet); }
label { display: grid; grid-template-columns: 9rem 1fr; gap: .25rem .75rem; margin: .25rem 0; align-items: center; }
label small { grid-column: 2; } input, textarea, select { font: inherit; width: 100%; box-sizing: border-box; }
`;

/** The page that shows a description and sends requests. @param basePath of the hub behind a proxy; else empty. */
export function docsPage({ info, paths, components }: Description, basePath: string): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(tag));
    return `<h2>${escaped(tag)}</h2>\n${own.map((each) => operationHtml(each.path, each.method, each.operation)).join('\n')}`;
  });
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${name}"><summary><code>${name}</code></summary>${schemaHtml(schema)}</details>`,
  );
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>API · Model Hub</title>
    <link rel="icon" href="${basePath}/icon.svg" />
    <style>${STYLE}</style>
    <script type="module">${SCRIPT}</script>
  </head>
  <body data-base-path="${escaped(basePath)}" data-token-key="model-hub-token${escaped(basePath)}">
    <main>
    <h1>${escaped(String(info.title))} over HTTP</h1>
    <p>${escaped(String(info.summary))} ${escaped(String(info.description))}
      <a href="${basePath}/v1/openapi.json">openapi.json</a> describes the same for programs.</p>
    <label>Token<input id="token" type="password" autocomplete="off" spellcheck="false" />
      <small>The one with which this browser is signed in to the page of the hub, or another.</small></label>
${sections.join('\n')}
<h2>Schemas</h2>
${schemas.join('\n')}
    </main>
  </body>
</html>
`;
}

function operationHtml(path: string, method: string, operation: OperationObject): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const types = Object.keys(requestBody?.content ?? {});
  const bodies = Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema }]) => `<h3>Body: ${escaped(type)}</h3>${schemaHtml(schema)}`,
  );
  const answers = Object.entries(responses).map(([status, response]) => {
    const contents = Object.entries(response.content ?? {}).map(
      ([type, { schema }]) => `${escaped(type)} ${schemaHtml(schema)}`,
    );
    return `<details><summary><b>${status}</b> <span>${escaped(response.description)}</span></summary>${contents.join('')}</details>`;
  });
  const inputs = [
    ...parameters.map(inputHtml),
    ...(types.some((type) => type !== 'application/json') ? ['<label>File<input type="file" /></label>'] : []),
    ...(types.includes('application/json') ? ['<label>JSON<textarea rows="4"></textarea></label>'] : []),
  ];
  return `<details id="${operationId}"><summary><b>${method.toUpperCase()}</b> <code>${escaped(path)}</code> <span>${escaped(summary)}</span></summary>
<p>${escaped(description).replaceAll('\n\n', '</p><p>')}</p>
<form data-method="${method.toUpperCase()}" data-path="${escaped(path)}">${inputs.join('')}<button>Send</button><output tabindex="0"></output></form>
${bodies.join('')}<h3>Answers</h3>${answers.join('')}</details>`;
}

function inputHtml({ name, in: place, required, description = '', schema }: ParameterObject): string {
  const attributes = `name="${escaped(name)}" data-in="${place}"${required ? ' required' : ''}`;
  const choices = schema.enum as readonly string[] | undefined;
  const input = choices
    ? `<select ${attributes}>${choices.map((choice) => `<option>${escaped(choice)}</option>`).join('')}</select>`
    : `<input ${attributes}${rangeOf(schema)} />`;
  return `<label><code>${escaped(name)}</code>${input}${description && `<small>${escaped(description)}</small>`}</label>`;
}

function rangeOf({ type, minimum, maximum }: ParameterObject['schema']): string {
  return type === 'integer' ? ` type="number" min="${minimum}" max="${maximum}"` : '';
}

/** A schema as JSON, with links to those that it refers to; nothing for content without one. */
function schemaHtml(schema: Readonly<Record<string, unknown>>): string {
  if (Object.keys(schema).length === 0) return '';
  const json = escaped(JSON.stringify(schema, null, 2));
  return `<pre tabindex="0">${json.replaceAll(/#\/components\/schemas\/(\w+)/g, '<a href="#schema-$1">$1</a>')}</pre>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] as string);
