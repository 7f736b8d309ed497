import { graphql, type ResultOf } from '../../graphql';
import { RECIPE } from '../recipe/recipe';

export const DATA_PICKER = graphql(`
  fragment DataPicker_dataset on Dataset @_unmask {
    id name
    versions { id number imageCount splits { split images } }
  }
`);
export type DatasetChoice = ResultOf<typeof DATA_PICKER>;

export const BACKBONE_PICKER = graphql(`
  fragment BackbonePicker_backbone on Backbone @_unmask {
    id name trainedOn figures licence
  }
`);
export type BackboneChoice = ResultOf<typeof BACKBONE_PICKER>;

const BUILT_IN_BACKBONE = graphql(`
  fragment BackbonePicker_builtInBackbone on BuiltInBackbone @_unmask {
    name trainedOn figures licence downloadBytes problem
  }
`);
export type BuiltInBackbone = ResultOf<typeof BUILT_IN_BACKBONE>;

/** The data of the form for runs. */
export const RUN_FORM = graphql(
  `
    fragment RunForm on Query @_unmask {
      hyperparameters {
        name kind description default fineTuneDefault nullable min max exclusiveMin unit choices runKinds fixedInSweeps
      }
      presets { name description recipe { ...Recipe } }
      pipelines { name description preset stages { kind } }
      datasets { ...DataPicker_dataset }
      backbones { ...BackbonePicker_backbone }
      builtInBackbones { ...BackbonePicker_builtInBackbone }
    }
  `,
  [RECIPE, DATA_PICKER, BACKBONE_PICKER, BUILT_IN_BACKBONE],
);
export type RunForm = ResultOf<typeof RUN_FORM>;

/** A run to repeat or to fine-tune. */
export const FORM_BASE = graphql(
  `
    fragment FormBase on Run @_unmask {
      id kind state backboneName parentRunId
      architecture { firstTrainedLayers fineTuneFrom }
      datasetVersion { id dataset number }
      recipe { ...Recipe }
    }
  `,
  [RECIPE],
);
export type FormBase = ResultOf<typeof FORM_BASE>;
