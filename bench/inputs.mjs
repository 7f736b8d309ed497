// What a hub makes of inputs of every kind: the right value, a refusal that says why, or something else in silence.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { check } from './support/check.mjs';
import { datasetCases, registerCase } from './support/dataset-inputs.mjs';
import { register, serveSample, startHub } from './support/hub.mjs';
import { importCase, judgeBackbones, LABELS, modelCases } from './support/model-inputs.mjs';
import { answerOf, photoCases } from './support/photo-inputs.mjs';

/** Probabilities of the same pixels may differ by this. */
const PROBABILITY_ERROR = 1e-5;
const IMAGES_PER_CLASS = 5;

export function describe(command) {
  return command.description('archives, tables, images, photos, requests and model files: right, refused, or silent');
}

/** A case is silent unless its outcome is the one that it names: the value, or the refusal's code and message. */
export async function measure() {
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const hub = await startHub(join(folder, 'data'), '--allow', folder);
  const judged = [];
  const judge = (one, outcome) => {
    if (outcome.fault) console.error(`${one.kind}, ${one.name}: ${outcome.fault}`);
    judged.push({ kind: one.kind, ...outcome });
  };
  try {
    for (const [i, one] of (await datasetCases()).entries()) {
      judge(one, await registerCase(hub, folder, one, i));
    }
    await serveSample(hub.client);
    let reference;
    for (const one of await photoCases()) {
      const answer = await answerOf(await one.ask(hub));
      reference ??= answer;
      judge(one, judgeAnswer(answer, one, reference));
    }
    for (const [one, outcome] of await judgeBackbones(hub, folder)) judge(one, outcome);
    const [two, three] = [await datasetOf(hub, folder, 2), await datasetOf(hub, folder, 3)];
    const versionFor = (classes) => (classes === 2 ? two : three).id;
    for (const [i, one] of (await modelCases()).entries()) {
      judge(one, await importCase(hub, folder, versionFor, one, i));
    }
  } finally {
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  }
  const kinds = [...new Set(judged.map(({ kind }) => kind))];
  return {
    rows: kinds.map((kind) => ({ kind, ...countsOf(judged.filter((one) => one.kind === kind)) })),
    checks: checksOf(countsOf(judged)),
  };
}

function countsOf(judged) {
  const silent = judged.filter(({ fault }) => fault !== undefined).length;
  const refused = judged.filter(({ isRefusal }) => isRefusal).length;
  return { cases: judged.length, right: judged.length - refused - silent, 'clearly refused': refused, silent };
}

function checksOf({ cases, right, 'clearly refused': refused, silent }) {
  return [
    check('cases', cases, { atLeast: 100 }),
    check('right', right, { atLeast: 1 }),
    check('clearly refused', refused, { atLeast: 1 }),
    check('silent', silent, { atMost: 0 }),
  ];
}

function judgeAnswer(answer, { isRight, status, message }, reference) {
  if (isRight) {
    const isSame =
      answer.label === reference.label && Math.abs(answer.probability - reference.probability) < PROBABILITY_ERROR;
    return isSame ? { isRefusal: false } : { fault: JSON.stringify(answer) };
  }
  const isClear = answer.status === status && answer.message.includes(message);
  return isClear ? { isRefusal: true } : { fault: JSON.stringify(answer) };
}

/** A dataset version with the first classes of the model files. */
async function datasetOf(hub, folder, classes) {
  const dataset = `classes-${classes}`;
  const images = join(folder, dataset);
  for (const [label, name] of LABELS.slice(0, classes).entries()) {
    await mkdir(join(images, name), { recursive: true });
    for (let i = 0; i < IMAGES_PER_CLASS; i++) {
      const background = { r: 80 * label, g: 20 * i, b: 0 };
      const image = sharp({ create: { width: 32, height: 32, channels: 3, background } });
      await image.png().toFile(join(images, name, `${i}.png`));
    }
  }
  return register(hub.client, dataset, images);
}
