import type { CommandPath } from './command-paths.js';

/** The completion script for fish. It completes file names where it knows no words. */
export function fishScript(places: readonly CommandPath[]): string {
  const lines = places.flatMap(({ path, commands, options, choices }) => {
    const at = `complete -c hub -n ${quote(`__hub_at ${quote(path)}`)}`;
    return [
      ...commands.map(({ word, about }) => `${at} -f -a ${word} -d ${quote(about)}`),
      ...(choices.length > 0 ? [`${at} -f -a ${quote(choices.join(' '))}`] : []),
      ...options.map((option) => {
        const values = option.choices.length > 0 ? ` -x -a ${quote(option.choices.join(' '))}` : ' -r';
        return `${at} -l ${option.word.slice(2)}${option.takesValue ? values : ''} -d ${quote(option.about)}`;
      }),
    ];
  });
  return `function __hub_at
    set -l at ''
    for word in (commandline -opc)[2..]
        if contains -- "$at/$word" ${places
          .slice(1)
          .map(({ path }) => path)
          .join(' ')}
            set at "$at/$word"
        end
    end
    test "$at" = "$argv[1]"
end
${lines.join('\n')}`;
}

/** Quotes for fish, where only the backslash and the quotation mark are special. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
