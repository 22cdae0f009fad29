// SPDX-License-Identifier: Apache-2.0
// Internal modules of index.js that must exist only once, and that bundles loaded on demand use.
// tools/build/javascript.mjs makes these bundles take them from the `indexParts` of common.js.
export { LayersModel } from './layers-model/model.js';
export { Sequential } from './layers-model/sequential.js';
export { VocabularyLayer } from './layers/adaptable-layer.js';
export { BuiltInLayer } from './layers/built-in-layer.js';
export { Container } from './layers/container.js';
export { currentExecution, execute, newExecution } from './layers/execution.js';
export { CONSTANT, tensorsByReference } from './layers/functional-config.js';
export { Layer } from './layers/layer.js';
export { namedWeights, setNamedWeights } from './layers/named-weights.js';
export { loadOperations, OperationLayer } from './layers/operations/operation-layer.js';
export { InputLayer } from './layers/input-layer.js';
export { addLayerMaker, addModelMaker, makeSavedLayer } from './layers/registry.js';
export { findRegistered, getRegisteredName } from './layers/serialization.js';
export {
  cosineDecay,
  cosineDecayRestarts,
  exponentialDecay,
  inverseTimeDecay,
  piecewiseConstantDecay,
  polynomialDecay,
} from './training/schedules.js';
export { mapSymbolic, oneOrMore, SymbolicTensor, symbolicIn, toList } from './layers/topology.js';
