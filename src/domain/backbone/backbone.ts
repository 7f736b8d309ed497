import type { OwnerColumns } from '../owner.js';

/** A network without its top, with one set of pretrained weights. */
export interface Backbone extends OwnerColumns {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the weights as stored. */
  readonly sha256: string;
  readonly architecture: string;
  /** Origin of the weights: a URL or a path, and what was left out of the file. */
  readonly source: string;
  readonly licence: string;
  /** Formula applied to pixels before the first layer. */
  readonly preprocessing: string;
  /** Data that the weights were trained on. */
  readonly trainedOn: string;
  /** Published or measured accuracy. */
  readonly figures: string;
  readonly createdAt: Date;
}

/** A backbone that the hub can add by itself. */
export interface BuiltInBackbone {
  readonly name: string;
  readonly source: string;
  readonly licence: string;
  readonly trainedOn: string;
  readonly figures: string;
  /** Size of its download; null when it is included. */
  readonly downloadBytes: number | null;
  /** Why it cannot be had, and what to do; null when it can. */
  readonly problem: string | null;
}
