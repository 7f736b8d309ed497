/** Name of the extension of fields that render pictures: a function from the field's arguments to a `PictureCost`. */
export const PICTURE = 'picture';

/** What rendering takes. */
export interface PictureCost {
  readonly pictures: number;
  /** Of all these pictures together. */
  readonly pixels: number;
}
