import { expect, it } from 'vitest';
import { preferredBackbone } from '../../../web/src/lib/backbones.js';

const reachable = [
  { name: 'imagenet', problem: null },
  { name: 'bundled', problem: null },
];
const offline = [
  { name: 'imagenet', problem: 'The backbone "imagenet" cannot be downloaded.' },
  { name: 'bundled', problem: null },
];

it.each([
  ['imagenet when it can be downloaded', [], reachable, 'imagenet'],
  ['imagenet when it can be downloaded, whatever was added', ['mine'], reachable, 'imagenet'],
  ['imagenet when it was added, also offline', ['bundled', 'imagenet'], offline, 'imagenet'],
  ['an added one when imagenet cannot be had', ['mine'], offline, 'mine'],
  ['the included one when nothing else can be had', [], offline, 'bundled'],
])('a form chooses %s', (_, added, builtIn, chosen) => {
  expect(
    preferredBackbone(
      added.map((name) => ({ name })),
      builtIn,
    ),
  ).toBe(chosen);
});
