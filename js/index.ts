// SPDX-License-Identifier: Apache-2.0
// The entry `tfwasm`. Names and semantics are those of TensorFlow.js.
import { indexParts, setBundleImport } from './core/bundles.js';
import { useLink } from './core/links.js';
import * as parts from './shared-index.js';
import { setTrainableMaker } from './models/trainable.js';
import { GraphWeights } from './training/graph-weights.js';

export * from './common.js';
export * as data from './data/index.js';
export * from './layers-model/index.js';
export { callbacks } from './layers-model/index.js';
export * from './autodiff/gradients.js';
export {
  Optimizer,
  type LearningRateSchedule,
  type NamedVariableMap,
  type OptimizerOptions,
} from './training/optimizer.js';
export * from './training/optimizers.js';
export { losses, metrics } from './training/namespaces.js';
export type { LossArgs, LossIdentifier, LossOptions, LossReduction } from './training/losses.js';
export type { MetricIdentifier, MetricOptions } from './training/metrics.js';
export * as train from './training/train.js';
export {
  BaseCallback,
  Callback,
  type CallbackParams,
  type Callbacks,
  CustomCallback,
  type CustomCallbackArgs,
  History,
  type Logs,
  registerCallbackConstructor,
  type YieldEvery,
} from './training/callbacks.js';
export * from './training/callbacks/index.js';
export type { ClassWeight, DatasetLike, SampleWeights } from './training/examples.js';
export type {
  ModelCompileArgs,
  ModelEvaluateArgs,
  ModelEvaluateDatasetArgs,
  ModelFitArgs,
  ModelFitDatasetArgs,
} from './training/options.js';

setTrainableMaker((model, weights) => new GraphWeights(model, weights));
setBundleImport('data.js', () => import('./data/streams/index.js'));
setBundleImport('operations.js', () => import('./layers/operations/index.js'));
Object.assign(indexParts, parts);
setBundleImport('model-files.js', () => import('./layers-model/files/index.js'));
setBundleImport('training.js', () => import('./training/on-demand/index.js'));
setBundleImport('adapt.js', () => import('./layers/adapt.js'));
useLink({
  name: 'tfwasm',
  // Bundlers detect exactly these expressions with literals, and emit the files.
  urls: {
    simd: () => new URL('./tfwasm-simd.wasm', import.meta.url).href,
    'simd-threads': () => new URL('./tfwasm-simd-threads.wasm', import.meta.url).href,
    relaxed: () => new URL('./tfwasm-relaxed.wasm', import.meta.url).href,
    'relaxed-threads': () => new URL('./tfwasm-relaxed-threads.wasm', import.meta.url).href,
  },
});
