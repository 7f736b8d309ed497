// Checks that every package, also those of tools, has a license that is known to allow its use here.   (npm run licenses)
import { readFile } from 'node:fs/promises';

/** Licenses that ask for no more than a notice. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
]);

/** Packages with another license, or that name it in an old way, and why they may be used. */
const EXCEPTIONS = [
  [/^@img\/sharp-/, 'LGPL-3.0: libvips, a shared library that sharp loads'],
  [/^@fontsource\//, 'OFL-1.1: fonts'],
  [/^(axe-core|lightningcss(-.*)?|mermaid)$/, 'MPL-2.0: a tool, of which nothing is shipped'],
  [/^elkjs$/, 'EPL-2.0: part of the command of Prisma, of which nothing is shipped'],
  [/^(busboy|streamsearch)$/, 'MIT, in the field "licenses"'],
  [/^seq-queue$/, 'MIT, in its LICENSE file'],
  [/^h5wasm$/, 'public domain (NIST), with HDF5 under a BSD license'],
];

/** Whether an SPDX expression can be met with permissive licenses alone. */
function isPermissive(expression = '') {
  const alternatives = expression.replace(/[()]/g, '').split(/ or /i);
  return alternatives.some((terms) => terms.split(/ and /i).every((license) => PERMISSIVE.has(license.trim())));
}

const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8'));
const refused = Object.entries(packages)
  .filter(([path]) => path !== '')
  .map(([path, { license }]) => ({ name: path.split('node_modules/').at(-1), license }))
  .filter(({ name, license }) => !isPermissive(license) && !EXCEPTIONS.some(([pattern]) => pattern.test(name)));
for (const { name, license } of refused) {
  console.error(
    `${name} has the license ${license ?? '(none)'}: use another package, or say in scripts/check-licenses.mjs why it may be used.`,
  );
}
process.exitCode = refused.length > 0 ? 1 : 0;
