// Opens the data folder that it is told, says so, and keeps it until it is killed.
import { openDataFolder } from '../../src/storage/data-folder.js';

await openDataFolder(process.argv[2] as string);
console.log('open');
setInterval(() => undefined, 60_000);
