import { type CommandPath, quote } from './command-paths.js';

/** The completion script for bash. It completes file names where it knows no words. */
export function bashScript(places: readonly CommandPath[]): string {
  const words = (list: readonly { word: string }[]): string => quote(list.map(({ word }) => word).join(' '));
  const values = places.flatMap(({ path, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map(({ word, choices }) => `    ${quote(`${path} ${word}`)}) words=${quote(choices.join(' '))} ;;`),
  );
  const options = places.map((place) => `    ${quote(place.path)}) words=${words(place.options)} ;;`);
  const commands = places
    .filter((place) => place.commands.length + place.choices.length > 0)
    .map((place) => `    ${quote(place.path)}) words=${words([...place.commands, ...asWords(place.choices)])} ;;`);
  return `_hub() {
  local current="\${COMP_WORDS[COMP_CWORD]}" at='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at/\${COMP_WORDS[i]}" in
    ${places
      .slice(1)
      .map(({ path }) => quote(path))
      .join(' | ')}) at="$at/\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at \${COMP_WORDS[COMP_CWORD - 1]}" in
${values.join('\n')}
  *)
    case "$current" in
    -*) case "$at" in
${options.join('\n')}
    esac ;;
    *) case "$at" in
${commands.join('\n')}
    esac ;;
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _hub hub`;
}

const asWords = (choices: readonly string[]): { word: string }[] => choices.map((word) => ({ word }));
