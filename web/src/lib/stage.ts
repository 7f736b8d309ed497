/** A run as one of several that each go on where the one before ended; kept as a tag of the run. */
export interface Stage {
  /** Of the pipeline. */
  readonly pipeline: string;
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

export const stageTag = ({ pipeline, number, of }: Stage): string => `${pipeline}.${number}-of-${of}`;

export function stageOf(tags: readonly string[]): Stage | null {
  for (const tag of tags) {
    const [, pipeline, number, of] = /^(.+)\.(\d+)-of-(\d+)$/.exec(tag) ?? [];
    if (pipeline) return { pipeline, number: Number(number), of: Number(of) };
  }
  return null;
}
