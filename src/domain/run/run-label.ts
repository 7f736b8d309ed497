/** Most characters of the name of a run. */
export const NAME_LENGTH = 100;
/** Most characters of the note of a run. */
export const NOTE_LENGTH = 2000;

/** What people call a run, and what they write about it. */
export interface RunLabel {
  /** One line; need not be unique. */
  readonly name: string | null;
  readonly note: string | null;
}

/** A label, or changes of one: undefined leaves a field as it is, or without a value in a new run. */
export interface LabelChange {
  readonly name?: string | null | undefined;
  readonly note?: string | null | undefined;
}

/** The columns of a label. Space around a text goes; what is empty then is null. */
export function labelColumns({ name, note }: LabelChange): Partial<RunLabel> {
  return {
    ...(name !== undefined && { name: name?.trim() || null }),
    ...(note !== undefined && { note: note?.trim() || null }),
  };
}

/** What a search reads of a run besides its id and its tags, as the column of this name. */
export function searchText({
  name,
  note,
  createdBy,
  backboneName,
}: RunLabel & { readonly createdBy: string | null; readonly backboneName: string }): string {
  return [name, note, createdBy, backboneName]
    .filter((text) => text !== null)
    .join('\n')
    .toLowerCase();
}
