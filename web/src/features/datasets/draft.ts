import { useSessionStorage } from '@mantine/hooks';

/** What the next version, made of one that is looked at, is to have different. */
export interface Draft {
  /** SHA-256 of images that are left out, and what they are called. */
  readonly without: Readonly<Record<string, string>>;
  /** SHA-256 of images that get another class, with it. */
  readonly relabel: Readonly<Record<string, { readonly name: string; readonly to: string }>>;
}

const EMPTY: Draft = { without: {}, relabel: {} };

export interface DraftOf {
  readonly draft: Draft;
  readonly changes: number;
  leaveOut(image: { readonly sha256: string; readonly name: string }, out: boolean): void;
  /** @param to null takes it back. */
  relabel(image: { readonly sha256: string; readonly name: string }, to: string | null): void;
  clear(): void;
}

/** The draft of what is to be made of a version; it outlives a reload, not the tab. */
export function useDraft(versionId: string): DraftOf {
  const [draft, setDraft] = useSessionStorage<Draft>({ key: `draft-${versionId}`, defaultValue: EMPTY });
  return {
    draft,
    changes: Object.keys(draft.without).length + Object.keys(draft.relabel).length,
    leaveOut: ({ sha256, name }, out) =>
      setDraft({ ...draft, without: withKey(draft.without, sha256, out ? name : null) }),
    relabel: ({ sha256, name }, to) =>
      setDraft({ ...draft, relabel: withKey(draft.relabel, sha256, to === null ? null : { name, to }) }),
    clear: () => setDraft(EMPTY),
  };
}

/** @param value null takes the key away. */
function withKey<T>(record: Readonly<Record<string, T>>, key: string, value: T | null): Readonly<Record<string, T>> {
  const { [key]: _, ...rest } = record;
  return value === null ? rest : { ...rest, [key]: value };
}
