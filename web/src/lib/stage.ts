/** A run's place in a pipeline of runs that each continue from the one before; stored as a tag. */
export interface Stage {
  /** Name of the pipeline. */
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
