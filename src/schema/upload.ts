import { GraphQLScalarType } from 'graphql';
import GraphQLUpload from 'graphql-upload/GraphQLUpload.mjs';
import type { FileUpload } from 'graphql-upload/processRequest.mjs';

/** The scalar of a file in a multipart request (https://github.com/jaydenseric/graphql-multipart-request-spec). */
export const UploadScalar = new GraphQLScalarType({
  ...GraphQLUpload.toConfig(),
  parseValue(value) {
    const upload = GraphQLUpload.parseValue(value) as UploadPromise;
    upload.catch(() => undefined); // a resolver may refuse before it reads the file; that must not end the process
    return upload;
  },
});

/** A file that may still be arriving. Its name and type are claims of the client and decide nothing. */
export type UploadPromise = Promise<FileUpload>;
