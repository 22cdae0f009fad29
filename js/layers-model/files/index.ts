// SPDX-License-Identifier: Apache-2.0
// The content of model-files.js: how models made of layers are loaded and saved. js/layers-model/ loads it on demand.
export { captureGraph } from './capture-graph.js';
export { modelFromArtifacts, modelFromJSON } from './from-artifacts.js';
export { loadKerasWeights } from '../../layers/keras-weights.js';
export { saveModel } from '../../layers/save-model.js';
