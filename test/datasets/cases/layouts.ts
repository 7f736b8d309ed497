import { type Files, pictures } from '../archives.js';

/** Two images in each folder. */
export const inFolders = async (...folders: string[]) =>
  pictures(...folders.flatMap((name) => [`${name}/1.png`, `${name}/2.png`]));

const annotations = Buffer.from('val_0.JPEG\tn01\t0\t0\t9\t9\nval_1.JPEG\tn02\t0\t0\t9\t9\n');
const IN_IMAGES = 'in "test", which has no class folders';

/** Layouts that people download: what they are, files, images per split and class, rejected files. */
export const LAYOUTS_READ: readonly (readonly [string, () => Promise<Files>, string[], string[]])[] = [
  [
    'doubled split folders, with a folder of images without labels',
    () =>
      inFolders(
        ...['seg_train/seg_train/sea', 'seg_train/seg_train/street', 'seg_test/seg_test/sea'],
        ...['seg_test/seg_test/street', 'seg_pred/seg_pred'],
      ),
    ['train sea 2', 'train street 2', 'test sea 2', 'test street 2'],
    ['1', '2'].map((name) => `seg_pred/seg_pred/${name}.png: in "seg_pred", which has no class folders`),
  ],
  [
    'folders Training and Testing',
    () => inFolders('Training/glioma', 'Training/normal', 'Testing/glioma', 'Testing/normal'),
    ['train glioma 2', 'train normal 2', 'test glioma 2', 'test normal 2'],
    [],
  ],
  [
    'folders TRAIN, dev and Test in a doubled folder',
    () => inFolders('pets/pets/TRAIN/cat', 'pets/pets/TRAIN/dog', 'pets/pets/dev/cat', 'pets/pets/Test/dog'),
    ['train cat 2', 'train dog 2', 'validation cat 2', 'test dog 2'],
    [],
  ],
  [
    'folders training_set and test_set, each doubled',
    () => inFolders('training_set/training_set/cat', 'training_set/training_set/dog', 'test_set/test_set/cat'),
    ['train cat 2', 'train dog 2', 'test cat 2'],
    [],
  ],
  [
    'split folders next to pred',
    () => inFolders('train/cat', 'train/dog', 'test/cat', 'test/dog', 'pred'),
    ['train cat 2', 'train dog 2', 'test cat 2', 'test dog 2'],
    ['1', '2'].map((name) => `pred/${name}.png: in "pred", which has no class folders`),
  ],
  [
    'doubled class folders in several folders',
    () => inFolders('download/pets/cat/cat', 'download/pets/dog/Dog'),
    ['train cat 2', 'train dog 2'],
    [],
  ],
  [
    'classes with the names of splits in them',
    () => inFolders('bullet_train', 'car'),
    ['train bullet_train 2', 'train car 2'],
    [],
  ],
  [
    'a class with the name of its split',
    () => inFolders('train/train', 'train/bus', 'test/train', 'test/bus'),
    ['train bus 2', 'train train 2', 'test bus 2', 'test train 2'],
    [],
  ],
  [
    'Tiny ImageNet',
    async () => ({
      ...(await pictures(
        ...['train/n01/images/n01_0.JPEG', 'train/n01/images/n01_1.JPEG', 'train/n02/images/n02_0.JPEG'],
        ...['train/n02/images/n02_1.JPEG', 'val/images/val_0.JPEG'],
        ...['val/images/val_1.JPEG', 'test/images/test_0.JPEG'],
      )),
      'val/val_annotations.txt': annotations,
    }),
    ['train n01 2', 'train n02 2', 'validation n01 1', 'validation n02 1'],
    [`test/images/test_0.JPEG: ${IN_IMAGES}`],
  ],
  [
    'hidden images and folders of images next to those of systems',
    async () => ({
      ...(await pictures(
        ...[
          'cat/1.png',
          'dog/1.png',
          'cat/3.png',
          'dog/3.png',
          'cat/.2.png',
          '.hidden/1.png',
          '.emu.jpg',
          'cat/.git/1.png',
          'dog/._1.png',
        ],
        ...['.DS_Store', '.ipynb_checkpoints/1.png'],
      )),
      '.empty': null,
    }),
    ['train cat 2', 'train dog 2'],
    [
      '.emu.jpg: hidden, since ".emu.jpg" begins with a dot',
      '.hidden/1.png: hidden, since ".hidden" begins with a dot',
      'cat/.2.png: hidden, since ".2.png" begins with a dot',
    ],
  ],
  [
    'one folder of images around the classes',
    () => inFolders('images/cat', 'images/dog'),
    ['train cat 2', 'train dog 2'],
    [],
  ],
];

/** Folders of layouts that are refused, with a part of the message. */
export const LAYOUTS_REFUSED: readonly (readonly [string, string[], string])[] = [
  [
    'images next to masks',
    ['images', 'masks'],
    'The folder "images" is where a class folder is expected, but "images" cannot be a class. Put the images of each class ' +
      'into a folder with its name, or add a table labels.csv with the columns file and label.',
  ],
  ['split folders in images', ['train/images', 'train/labels', 'val/images'], 'The folder "train/images" is where'],
  ['images of training without classes', ['train/images', 'test/images'], 'The folder "train/images" is where'],
  [
    'a folder of class folders next to splits',
    ['train/cat', 'test/cat', 'pred/cat'],
    '"test" is a split, but "pred" next to it is not',
  ],
  [
    'another folder next to splits',
    ['seg_train/cat', 'seg_test/cat', 'more'],
    '"seg_test" is a split, but "more" next to it is not',
  ],
];
