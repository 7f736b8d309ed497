// Writes schema.graphql from the resolvers; a test compares the two.   (npm run schema)
import { writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { buildHubSchema } from '../out/schema/schema.js';

await writeFile('schema.graphql', `${printSchema(lexicographicSortSchema(buildHubSchema()))}\n`);
