import { graphql } from '../graphql.js';

const BACKBONE_FIELDS = graphql(`
  fragment BackboneFields on Backbone @_unmask {
    name architecture trainedOn figures source licence sha256 owner { name }
  }
`);

export const BACKBONES = graphql(
  `
    query Backbones {
      backbones { ...BackboneFields }
    }
  `,
  [BACKBONE_FIELDS],
);

export const ADD_BACKBONE = graphql(
  `
    mutation AddBackbone($name: String!, $path: String) {
      addBackbone(input: { name: $name, path: $path }) { ...BackboneFields }
    }
  `,
  [BACKBONE_FIELDS],
);
