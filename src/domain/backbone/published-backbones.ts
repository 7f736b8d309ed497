import type { RemoteFile } from '../../storage/download.js';

/** ImageNet weights of Keras-applications, with the MD5 that Keras checks (keras/src/applications/inception_v3.py). */
export const IMAGENET_FILE: RemoteFile = {
  url: 'https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5',
  bytes: 87_910_968,
  md5: 'bcbd6486424b2319ff4ef7d526e38f63',
};

/** Origin of a backbone's weights, for people. */
export interface BackboneAbout {
  readonly source: string;
  readonly licence: string;
  readonly trainedOn: string;
}

export const IMAGENET_ABOUT: BackboneAbout = {
  source: IMAGENET_FILE.url,
  licence: 'Apache-2.0 (Keras-applications); ImageNet is for research use',
  trainedOn: 'ImageNet-1k at 299 x 299, as published with Keras-applications',
};

export const TINY_IMAGENET_ABOUT: BackboneAbout = {
  source: 'bundled: backbones/inception_v3_tiny_imagenet.safetensors, 8-bit kernels with a scale per output channel',
  licence: 'trained for this project; Tiny-ImageNet is for research use',
  trainedOn: 'Tiny-ImageNet at 75 x 75 from random weights, about five epochs: a weak backbone, good for trying things',
};
