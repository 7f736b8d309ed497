/**
 * Writes all pages of the site into a folder, and the files that they show.
 * @param out emptied first
 * @param repository address of the repository on GitHub, for links to its files; without it they are copied
 * @returns the paths of the pages in the folder, and links that lead nowhere.
 */
export function writePages(
  out: string,
  repository?: string,
): { readonly pages: readonly string[]; readonly dead: readonly string[] };
