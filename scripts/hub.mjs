// Builds what has changed since the last build, and runs `hub` in this process.   node scripts/hub.mjs COMMAND...
import { build } from './build.mjs';

await build();
await import('../dist/hub.js');
