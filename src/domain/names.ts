/** Names of datasets, models and aliases: they stand in URLs, commands and logs as they are. */
export const NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,63}$/;
export const NAME_RULE =
  'A name has 1 to 64 characters: lower-case letters, digits, ".", "_" and "-", beginning with a letter or digit.';
