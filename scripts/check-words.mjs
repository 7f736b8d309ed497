// Words that texts of this project do not use, with what to write in their place.   (npm run words)
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { ROOT } from './bundle.mjs';

/** What is read: everything that a user or a developer reads, apart from the history and from what is generated. */
const READ = [
  '*.md',
  'schema.graphql',
  'src',
  'web/src',
  'scripts',
  'docs',
  'bench',
  'deploy',
  'clients',
  'prisma/schema.prisma',
];
const NOT_READ = /CHANGELOG\.md$|generated|graphql-env|check-words|\.(webp|png|jpg|json|lock|sql)$/;

/** Patterns, and what to write in their place. */
const RULES = [
  [/\bwhoever\b/i, 'who has a noun: "the person who", "the process that"'],
  [/\b(goes|go|went|going) on (?!(a|the|to|disk|which|that)\b)/i, 'continue, resume'],
  [/\bbeside (it|its|them)\b/i, 'next to, together with'],
  [/\bbe it\b/i, 'whether'],
  [/\bas well as that\b/i, 'and'],
  [/\bnobody's\b/i, "no token's, no one's"],
  [/\d %(?![\w(])/, 'no space before the sign: 54.8%'],
  [/\b(labell(ed|ing)|neighbours?|behaviours?|favourite|honour|centres?|catalogue|modelling)\b/i, 'American spelling'],
  [/\bcolour\b/i, 'American spelling: color'],
  [
    /\b(recogni|organi|initiali|optimi|normali|seriali|summari|minimi|maximi)s(e|es|ed|ing|ation)\b/i,
    'American spelling: -ize',
  ],
];

/** Tracked files; one that was deleted and not yet committed is still listed. */
const files = execFileSync('git', ['ls-files', '--', ...READ], { cwd: ROOT, encoding: 'utf8' })
  .trimEnd()
  .split('\n')
  .filter((name) => existsSync(new URL(`../${name}`, import.meta.url)));
let found = 0;
for (const file of files.filter((name) => !NOT_READ.test(name))) {
  for (const [i, line] of readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
    .split('\n')
    .entries()) {
    for (const [pattern, instead] of RULES) {
      const match = pattern.exec(line);
      if (!match) continue;
      found++;
      console.error(`${file}:${i + 1}: "${match[0].trim()}": ${instead}`);
    }
  }
}
if (found > 0) {
  console.error(`${found} places to reword.`);
  process.exitCode = 1;
}
