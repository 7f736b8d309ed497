export function packagesOf(chunks: readonly { readonly moduleIds?: readonly string[] }[]): string[];
export function noticesOf(folders: readonly string[]): Promise<string>;
