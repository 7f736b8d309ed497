import { readFileSync } from 'node:fs';

/** Anchors of headings as GitHub makes them, so that links work in both places. */
const slugify = (text) =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');

const sidebar = JSON.parse(readFileSync(new URL('../pages/sidebar.json', import.meta.url), 'utf8'));

// biome-ignore lint/style/noDefaultExport: VitePress reads it so
export default {
  title: 'Model Hub',
  description: 'A server for image classifiers: version data, train, compare, promote, classify.',
  base: process.env.DOCS_BASE ?? '/',
  srcDir: 'pages',
  outDir: 'dist',
  cleanUrls: true,
  markdown: { anchor: { slugify } },
  themeConfig: {
    sidebar,
    nav: [
      { text: 'Overview', link: '/about' },
      { text: 'Getting started', link: '/getting-started' },
      { text: 'Concepts', link: '/concepts' },
      { text: 'API', link: '/api' },
    ],
    outline: [2, 3],
    search: { provider: 'local' },
  },
};
