import { useSessionStorage } from '@mantine/hooks';

/** Changes of the next version, which is derived from the one shown. */
interface Draft {
  /** Names of images to leave out, by SHA-256. */
  readonly without: Readonly<Record<string, string>>;
  /** New classes of images, by SHA-256. */
  readonly relabel: Readonly<Record<string, { readonly name: string; readonly to: string }>>;
}

const EMPTY: Draft = { without: {}, relabel: {} };

export interface DraftOf {
  readonly draft: Draft;
  readonly changes: number;
  leaveOut(image: { readonly sha256: string; readonly name: string }, out: boolean): void;
  /** @param to null undoes the change. */
  relabel(image: { readonly sha256: string; readonly name: string }, to: string | null): void;
  clear(): void;
}

/** The draft for a version. It survives reloads, until the tab is closed. */
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

/** @param value null removes the key. */
function withKey<T>(record: Readonly<Record<string, T>>, key: string, value: T | null): Readonly<Record<string, T>> {
  const { [key]: _, ...rest } = record;
  return value === null ? rest : { ...rest, [key]: value };
}
