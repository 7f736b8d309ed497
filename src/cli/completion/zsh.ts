import { type CommandPath, quote, type Word } from './command-paths.js';

/** The completion script for zsh. It completes file names where it knows no words. */
export function zshScript(places: readonly CommandPath[]): string {
  const described = (list: readonly Word[]): string =>
    list.map(({ word, about }) => quote(`${word}:${about}`)).join(' ');
  const values = places.flatMap(({ path, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map(
        ({ word, choices }) =>
          `    (${quote(`${path} ${word}`)}) compadd -- ${choices.map(quote).join(' ')}; return ;;`,
      ),
  );
  const options = places.map(({ path, options: list }) => `      (${quote(path)}) found=(${described(list)}) ;;`);
  const commands = places
    .filter((place) => place.commands.length + place.choices.length > 0)
    .map(({ path, commands: list, choices }) => {
      const all = [...list, ...choices.map((word) => ({ word, about: '' }))];
      return `      (${quote(path)}) found=(${described(all)}) ;;`;
    });
  return `#compdef hub
_hub() {
  local at='' i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    case "$at/\${words[i]}" in
    (${places
      .slice(1)
      .map(({ path }) => quote(path))
      .join(' | ')}) at="$at/\${words[i]}" ;;
    esac
  done
  case "$at \${words[CURRENT - 1]}" in
${values.join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    case "$at" in
${options.join('\n')}
    esac
    _describe option found
  else
    case "$at" in
${commands.join('\n')}
    esac
    if ((\${#found})); then _describe command found; else _files; fi
  fi
}
compdef _hub hub`;
}
