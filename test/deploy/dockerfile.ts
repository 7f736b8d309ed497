import { readFileSync } from 'node:fs';
import { ROOT } from '../docs/pages.js';

/** An instruction of a Dockerfile, without comments and with its lines joined. */
export interface Instruction {
  readonly name: string;
  /** Flags such as `--from=build`, without the dashes. */
  readonly flags: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A stage of a Dockerfile: what follows one FROM. */
export interface Stage {
  readonly image: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** The stages of deploy/Dockerfile. */
export function readDockerfile(): Stage[] {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  const text = readFileSync(`${ROOT}deploy/Dockerfile`, 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '');
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const instruction = parse(line);
    const [image = '', , name] = instruction.text.split(' ');
    if (instruction.name === 'FROM') stages.push({ image, name, instructions: [] });
    else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

function parse(line: string): Instruction {
  const [, name = '', given = '', text = ''] = /^([A-Z]+) ((?:--\S+ )*)(.*)$/.exec(line) ?? [];
  if (name === '') throw new Error(`deploy/Dockerfile has a line that is no instruction: ${line}`);
  const flags = [...given.matchAll(/--([\w-]+)=(\S+)/g)].map(([, flag, value]) => [flag, value] as const);
  return { name, flags: Object.fromEntries(flags), text };
}

/** The instructions of a stage with this name. */
export const instructionsOf = (stage: Stage, name: string): Instruction[] =>
  stage.instructions.filter((instruction) => instruction.name === name);

/** The words of an instruction in the form of a JSON list, such as CMD. */
export const wordsOf = ({ text }: Instruction): string[] => JSON.parse(text.replace(/^CMD /, '')) as string[];

/** What a COPY copies, and to where. */
export function copied({ text }: Instruction): { readonly sources: readonly string[]; readonly to: string } {
  const paths = text.split(' ');
  return { sources: paths.slice(0, -1), to: paths.at(-1) as string };
}
