// SPDX-License-Identifier: Apache-2.0
// The content of model-files.js: how models made of layers are loaded and saved. js/layers-model/ loads it on demand.
import { AUGMENTATIONS, Augmentation } from '../../layers/augmentation.js';
import { MixUp } from '../../layers/mix-up.js';
import { addLayerMaker } from '../../layers/registry.js';

// Layers that only files have.
for (const name of AUGMENTATIONS) addLayerMaker(name, (config) => new Augmentation(name, config));
addLayerMaker('MixUp', (config) => new MixUp(config));

export { captureGraph } from './capture-graph.js';
export { modelFromArtifacts, modelFromJSON } from './from-artifacts.js';
export { loadKerasWeights } from '../../layers/keras-weights.js';
export { saveModel } from '../../layers/save-model.js';
