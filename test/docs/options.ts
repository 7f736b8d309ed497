import type { Option } from 'commander';

/** An option as a row: its flags, what it means, its choices, and its default. */
export function optionRow({ flags, description, argChoices, defaultValue, envVar }: Option): string[] {
  const choices = argChoices ? `one of ${argChoices.map((choice) => `\`${choice}\``).join(', ')}` : '';
  const text = description.replaceAll(/\(docs\/([a-z-]+)\.md\)/g, '([$1]($1.md))');
  const meaning = [text, choices, envVar ? `variable \`${envVar}\`` : ''].filter((part) => part !== '');
  const isValue = typeof defaultValue === 'string' || typeof defaultValue === 'number';
  return [`\`${flags}\``, meaning.join('; '), isValue ? `\`${defaultValue}\`` : ''];
}
