// SPDX-License-Identifier: Apache-2.0
// What the entry `tfwasm` exports of layers.
import { builtInFactories } from './factories.js';
import { InputLayer, type InputLayerArgs, input } from './input-layer.js';
import { Layer } from './layer.js';
import { modelFromJSON } from './load-model.js';
import { recurrentFactories } from './recurrent-factories.js';

export * as constraints from './constraints.js';
export * as initializers from './initializers.js';
export { input } from './input-layer.js';
export { LayerVariable } from './layer-variable.js';
export { type LoadLayersModelOptions, loadLayersModel } from './load-model.js';
export { LayersModel, model, type ModelPredictArgs } from './model.js';
export * as regularizers from './regularizers.js';
export { Sequential, sequential } from './sequential.js';
export * as serialization from './serialization.js';
export { type Shape, SymbolicTensor } from './topology.js';

/** Models as JSON. */
export const models = { modelFromJSON };

/** A function for each layer, and the base class of custom ones. */
export const layers = {
  ...builtInFactories,
  ...recurrentFactories,
  inputLayer: (args: InputLayerArgs) => new InputLayer(args),
  input,
  Layer,
};
