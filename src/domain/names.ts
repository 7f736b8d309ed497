/** Names of datasets, models, tokens and aliases, which appear unescaped in URLs, commands and logs. */
export const NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,63}$/;
export const NAME_RULE =
  'A name has 1 to 64 characters: lower-case letters, digits, ".", "_" and "-", beginning with a letter or digit.';
