interface About {
  readonly name: string;
  readonly trainedOn: string;
  readonly figures: string;
}

/** A backbone and what is known of it, on one line. */
export function backboneText({ name, trainedOn, figures }: About): string {
  const known = [trainedOn, figures].filter((text) => text !== 'not stated').join('; ');
  return known === '' ? `Backbone ${name}` : `Backbone ${name}: ${known}`;
}
