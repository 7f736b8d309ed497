import { defineConfig } from 'prisma/config';

// The Prisma CLI looks for its native schema engine, and would download it, even where it does not run it. Here it is
// never run: migrations go through the WebAssembly build (prisma/migrate-dev.mjs). Any existing file ends the search;
// Node itself refuses the engine's arguments, so that a `prisma migrate` by mistake fails instead of doing nothing.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } });
