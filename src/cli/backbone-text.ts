import { NOT_STATED } from '../domain/backbone/published-backbones.js';

interface About {
  readonly name: string;
  readonly trainedOn: string;
  readonly figures: string;
}

/** A backbone and what is known of it, on one line. */
export function backboneText({ name, trainedOn, figures }: About): string {
  const known = [trainedOn, figures].filter((text) => text !== NOT_STATED).join('; ');
  return known === '' ? `Backbone ${name}` : `Backbone ${name}: ${known}`;
}
