import { graphql } from '../graphql.js';

/** Fields of a saved slice that the terminal shows. */
const SLICE_FIELDS = graphql(`
  fragment SliceFields on SavedSlice @_unmask {
    dataset name text usedBy createdAt owner { name }
    conditions { kind column values from to }
  }
`);

export const SLICES = graphql(
  `
    query SavedSlices($dataset: String) {
      savedSlices(dataset: $dataset) { ...SliceFields }
    }
  `,
  [SLICE_FIELDS],
);

export const SAVE_SLICE = graphql(
  `
    mutation SaveSlice($input: SaveSliceInput!) {
      saveSlice(input: $input) { ...SliceFields }
    }
  `,
  [SLICE_FIELDS],
);

export const DELETE_SLICE = graphql(`
  mutation DeleteSlice($dataset: String!, $name: String!) {
    deleteSlice(dataset: $dataset, name: $name)
  }
`);
