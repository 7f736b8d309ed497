// The seed experiment's whole recipe: the hub against Keras as its user would run it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { check, mean, median } from './support/check.mjs';
import { unpackImages, withDataOptions } from './support/data.mjs';
import { register, startHub } from './support/hub.mjs';
import { peerPython, runPeer } from './support/python.mjs';
import { trainRecipe } from './support/train-recipe.mjs';

/** Test accuracies of the seed experiment: Keras, 299 px, ImageNet weights, all of CIFAR-10, by stage. */
const SEED_EXPERIMENT = [0.8687, 0.8724, 0.8768];

/** Keras has the weights of InceptionV3 in this size, and its row this name. */
const SIDE_OF_KERAS = 75;
const KERAS = 'seed, Keras';

/** Training images of each class in CIFAR-10. */
const ALL_OF_A_CLASS = 5000;

export function describe(command) {
  return withDataOptions(command)
    .description('transfer and two stages of fine-tuning on CIFAR-10 images, against Keras')
    .option('--per-class <n>', 'images of each class to train on; a fifth of that to test on', '1000')
    .option('--size <pixels>', 'side of the image that the network sees; the seed experiment had 299', '75')
    .option('--hub-only', 'train the recipe `seed` in the hub only, and print it beside the seed experiment')
    .option('--backbone <name>', 'train in the hub only, with a bundled backbone in place of --weights')
    .option('--beside-keras', 'with it, Keras trains `seed` on --weights at 75 px too, for its time and accuracy')
    .option('--recipes <names...>', 'that are trained with it', ['quick', 'best'])
    .option('--rounds <n>', 'seeds, each trained by both in turn', '3');
}

/**
 * Seconds are of the whole `hub train` in a running hub, and of the whole process for Keras. `best` runs after `seed` in the
 * same hub; its features are others, so that nothing it needs is cached except the head's.
 */
export async function measure({ images, weights, rounds, perClass, size, hubOnly, backbone, besideKeras, recipes }) {
  const [train, test] = [Number(perClass), Math.round(Number(perClass) / 5)];
  const alone = hubOnly || backbone !== undefined;
  const python = alone && !besideKeras ? undefined : await peerPython();
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const pictures = join(folder, 'pictures');
  await unpackImages(images, pictures, { train, test });
  const h5 = resolve(weights);
  const [rows, best] = [[], []];
  try {
    for (let seed = 1; seed <= Number(rounds); seed++) {
      const trained = (recipes) => inHub({ folder, pictures, h5, seed, size, recipes, backbone });
      const sizes = { 'train-per-class': train, 'test-per-class': test };
      const inKeras = (side) =>
        seedInKeras(python, { data: pictures, weights: h5, size: side, batch: 300, seed, ...sizes });
      if (backbone) {
        const keras = besideKeras && (await inKeras(SIDE_OF_KERAS));
        const all = await trained(recipes);
        rows.push(...all.map((one, i) => ({ seed, images: 10 * train, recipe: recipes[i], ...figuresOf(one) })));
        if (keras) rows.push({ seed, images: 10 * train, recipe: KERAS, ...figuresOfKeras(keras) });
        best.push(...all.filter((_, i) => recipes[i] === 'best').map((one) => targetsOf(one, keras)));
        continue;
      }
      if (hubOnly) {
        const [{ runs, seconds }] = await trained(['seed']);
        rows.push({ seed, images: 10 * train, 'hub s': seconds, ...besideSeedExperiment(runs) });
        continue;
      }
      const keras = await inKeras(size);
      const [{ runs, seconds }, ofBest] = await trained(['seed', 'best']);
      rows.push({
        seed,
        'Keras s': keras.processSeconds,
        'hub s': seconds,
        'Keras epochs': keras.epochs.join(),
        'hub epochs': runs.map((run) => run.epochs.length).join(),
        'Keras accuracy': keras.testAccuracy.at(-1),
        'hub accuracy': runs.at(-1).testAccuracy,
        'best s': ofBest.seconds,
        'best accuracy': ofBest.runs.at(-1).testAccuracy,
        'best curve': figuresOf(ofBest).curve,
        'Keras by stage': keras.testAccuracy.join(),
        'hub by stage': runs.map((run) => run.testAccuracy).join(),
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (backbone) return { rows, checks: checksOfBackbone(best, { train, size }) };
  return { rows, checks: hubOnly ? [] : checksOf(rows) };
}

/** Trains `seed` in Keras, in a process of its own. */
function seedInKeras(python, options) {
  const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return runPeer(python, 'keras_recipe.py', given);
}

/** Trains recipes one after the other in a new hub. */
async function inHub({ folder, pictures, h5, seed, size, recipes, backbone }) {
  const data = join(folder, `data-${seed}`);
  const hub = await startHub(data, '--allow', folder, h5);
  try {
    if (!backbone) await addBackbone(hub, h5);
    await register(hub.client, 'pictures', pictures);
    const trained = [];
    for (const recipe of recipes) {
      trained.push(await trainRecipe(hub.url, data, { backbone: backbone ?? 'bench', recipe, seed, side: size }));
    }
    return trained;
  } finally {
    await hub.stop();
    await rm(data, { recursive: true });
  }
}

async function addBackbone(hub, path) {
  const request = 'mutation ($path: String!) { addBackbone(input: { name: "bench", path: $path }) { id } }';
  await hub.client.request(request, { path });
}

/** Validation accuracy over the seconds since the first stage began, features included. */
function curveOf(runs) {
  let before = 0;
  return runs.flatMap((run) => {
    let at = before + run.seconds.features;
    before += run.seconds.features + run.seconds.training + run.seconds.evaluation;
    return run.epochs.map(({ seconds, validationAccuracy }) => {
      at += seconds;
      return { at, accuracy: validationAccuracy };
    });
  });
}

/** Test accuracy by stage, and the curve, in words. */
function figuresOf({ runs, seconds }) {
  const curve = curveOf(runs).map(({ at, accuracy }) => `${Math.round(at)} s ${accuracy.toFixed(3)}`);
  return { seconds, accuracy: runs.map((run) => run.testAccuracy).join(), curve: curve.join(', ') };
}

/** The figures of `best` that have targets. @param keras `seed` in Keras, if it was trained too. */
function targetsOf({ runs, seconds }, keras) {
  const past = curveOf(runs).find(({ accuracy }) => accuracy > SEED_EXPERIMENT.at(-1));
  return {
    accuracy: runs.at(-1).testAccuracy,
    secondsPast: past?.at ?? Number.POSITIVE_INFINITY,
    besideKeras: keras ? seconds / keras.processSeconds : null,
  };
}

/** The same of Keras, whose seconds are those of its process: it does not say when each epoch ended. */
function figuresOfKeras({ processSeconds, testAccuracy }) {
  return { seconds: processSeconds, accuracy: testAccuracy.join(), curve: '' };
}

function besideSeedExperiment(runs) {
  const stages = runs.map((run, i) => [`stage ${i + 1}`, `${run.testAccuracy} (seed: ${SEED_EXPERIMENT[i]})`]);
  return Object.fromEntries(stages);
}

/** What is wanted of `best` with a bundled backbone. @param best its figures by seed. */
function checksOfBackbone(best, { train, size }) {
  if (best.length === 0) return [];
  const name = `best at ${size} px`;
  const of = (figure) => median(best.map((each) => each[figure]));
  const checks = [check(`${name}, test accuracy`, of('accuracy'), { atLeast: train < ALL_OF_A_CLASS ? 0.86 : 0.93 })];
  if (train >= ALL_OF_A_CLASS) {
    checks.push(
      check(`${name}, seconds until it is past ${SEED_EXPERIMENT.at(-1)}`, of('secondsPast'), { atMost: 900 }),
    );
  }
  if (best[0].besideKeras !== null) {
    const what = `${name} / Keras on seed at ${SIDE_OF_KERAS} px, wall time`;
    checks.push(check(what, of('besideKeras'), { atMost: 1 }));
  }
  return checks;
}

function checksOf(rows) {
  const column = (name) => rows.map((row) => row[name]);
  return [
    check('hub / Keras, wall time', median(rows.map((row) => row['hub s'] / row['Keras s'])), { atMost: 1 / 3 }),
    check(
      'test accuracy, points from the mean of Keras',
      Math.abs(mean(column('hub accuracy')) - mean(column('Keras accuracy'))) * 100,
      { atMost: 0.5 },
    ),
    check(
      '`best`, points of test accuracy over `seed`',
      (mean(column('best accuracy')) - mean(column('hub accuracy'))) * 100,
      { atLeast: 3 },
    ),
    check('`best` / Keras on `seed`, wall time', median(rows.map((row) => row['best s'] / row['Keras s'])), {
      atMost: 1,
    }),
  ];
}
