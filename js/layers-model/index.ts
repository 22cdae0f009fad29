// SPDX-License-Identifier: Apache-2.0
// What the entry `tfwasm` exports of layers.
import { callbacks as trainingCallbacks } from '../training/callbacks/index.js';
import { BackupAndRestore, type BackupAndRestoreArgs } from './backup-and-restore.js';
import { builtInFactories } from '../layers/factories.js';
import { InputLayer, type InputLayerArgs, input } from '../layers/input-layer.js';
import { callableClass } from '../layers/callable-class.js';
import { Layer } from '../layers/layer.js';
import { modelFromJSON } from './load-model.js';
import { recurrentFactories } from '../layers/recurrent-factories.js';

export * as constraints from '../layers/constraints.js';
export * as initializers from '../layers/initializers.js';
export { input } from '../layers/input-layer.js';
export { LayerVariable } from '../layers/layer-variable.js';
export { type LoadLayersModelOptions, loadLayersModel } from './load-model.js';
export { LayersModel, model, type ModelPredictArgs } from './model.js';
export * as regularizers from '../layers/regularizers.js';
export { Sequential, sequential } from './sequential.js';
export * as serialization from '../layers/serialization.js';
export { type Shape, SymbolicTensor } from '../layers/topology.js';

/** Models as JSON. */
export const models = { modelFromJSON };

/** A function for each layer, and the base class of custom ones. */
export const layers = {
  ...builtInFactories,
  ...recurrentFactories,
  inputLayer: (args: InputLayerArgs) => new InputLayer(args),
  input,
  Layer: callableClass(Layer),
};

export { BackupAndRestore, type BackupAndRestoreArgs };

/** Functions that make callbacks. */
export const callbacks = {
  ...trainingCallbacks,
  backupAndRestore: (url: string, args?: BackupAndRestoreArgs) => new BackupAndRestore(url, args),
};
