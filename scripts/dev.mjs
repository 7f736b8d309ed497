// Starts a hub and its page from the sources. A change of the program restarts the hub, with its workers and threads; runs
// continue from their last checkpoints. A change of the page reloads it.   npm run dev [-- OPTIONS OF hub start]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { watch } from 'rolldown';
import { createServer } from 'vite';
import { build, forgetProgram } from './build.mjs';
import { bundleOptions, DIST, ROOT } from './bundle.mjs';

const options = process.argv.slice(2);
let hub;
let page;

/** Starts the hub, and the page's server at the first time. */
async function startHub() {
  // The last of two equal options counts: a hub that starts again listens where the first one did.
  const port = page ? ['--port', page.hubPort] : [];
  hub = spawn(process.execPath, ['--enable-source-maps', join(DIST, 'hub.js'), 'start', ...options, ...port], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const started = hub;
  hub.once('exit', (code) => {
    if (started === hub)
      console.error(`The hub ended${code ? ` with exit code ${code}` : ''}; change a file to start it.`);
  });
  for await (const line of createInterface({ input: hub.stdout })) {
    const [, url, tokenFile] = /API is at (\S+)\/graphql, its token in (.+)\.$/.exec(line) ?? [];
    if (url && page) console.log('The hub started again.');
    if (url && !page) await servePage(url, (await readFile(tokenFile, 'utf8')).trim());
  }
}

async function servePage(url, token) {
  process.env.HUB_URL = url; // the configuration passes requests on to it
  const server = await createServer({ configFile: join(ROOT, 'web', 'vite.config.ts'), logLevel: 'warn' });
  page = { server, hubPort: new URL(url).port };
  await server.listen();
  console.log(`The page is at ${server.resolvedUrls.local[0]}#token=${token}\nThe API is at ${url}/graphql.`);
}

async function stopHub() {
  const stopped = hub;
  hub = undefined;
  if (!stopped || stopped.exitCode !== null || stopped.signalCode !== null) return;
  stopped.kill('SIGTERM');
  await once(stopped, 'exit');
}

await build();
await forgetProgram(); // its next build is not from this script
const watcher = watch({ ...bundleOptions({ isDevelopment: true }), watch: { clearScreen: false } });
let restarted = Promise.resolve();
watcher.on('event', (event) => {
  if (event.code === 'ERROR') console.error(event.error.message ?? event.error);
  if (event.code !== 'BUNDLE_END') return;
  restarted = restarted.then(stopHub).then(() => void startHub());
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await watcher.close();
    await restarted;
    await Promise.all([stopHub(), page?.server.close()]);
    process.exit(0);
  });
}
