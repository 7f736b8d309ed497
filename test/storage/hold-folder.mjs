// Opens the data folder that it is told, says so, and keeps it until it is killed.
import { openDataFolder } from '../../dist/storage/data-folder.js';

await openDataFolder(process.argv[2]);
console.log('open');
setInterval(() => undefined, 60_000);
