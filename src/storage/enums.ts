/** The enums of prisma/schema.prisma, without the client: the domain exports them and src/schema registers them. */
export * from './generated/enums.js';
