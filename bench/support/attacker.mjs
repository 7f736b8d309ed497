// An attacker in a process of its own with the lowest priority: elsewhere, it would take none of the hub's cores. Told
// { url, token, version, photo } over IPC, then names of attacks; says when each has ended.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { attacksOn } from './attacks.mjs';

setPriority(19);
const [{ photo, ...on }] = await once(process, 'message');
const attacks = attacksOn({ ...on, photo: await readFile(photo) });
process.on('message', (name) => void attacks[name].run().then(() => process.send(name)));
process.once('disconnect', () => process.exit());
