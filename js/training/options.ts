// SPDX-License-Identifier: Apache-2.0
// The options of compile(), fit() and evaluate().
import type { TensorOrMap } from '../layers/feeds.js';
import type { Callbacks, YieldEvery } from './callbacks.js';
import type { ClassWeights, DatasetLike, SampleWeights } from './examples.js';
import type { ObjectiveArgs } from './objective.js';
import type { Optimizer } from './optimizer.js';

/** Options of compile(). */
export interface ModelCompileArgs extends ObjectiveArgs {
  /** An optimizer, or the name of one, with its default options. */
  optimizer: string | Optimizer;
  /** Runs layers, losses and metrics op by op, so that they may read values. Slower. Default: false. */
  runEagerly?: boolean;
}

/** Options of fit() and fitDataset(). */
interface CommonFitArgs {
  /** The last epoch is `epochs - 1`. Default: 1. */
  epochs?: number;
  initialEpoch?: number;
  /** Prints a line for each epoch; 1: in long epochs, also every 5 seconds, unless training never yields. Default: 0. */
  verbose?: 0 | 1 | 2 | boolean;
  callbacks?: Callbacks;
  /** Weights of classes in the loss, by their numbers. */
  classWeight?: ClassWeights;
  /** When the page may handle other events. Default: 'auto'. */
  yieldEvery?: YieldEvery;
}

/** Inputs and targets, perhaps with sample weights. */
export type ValidationTensors = [TensorOrMap, TensorOrMap] | [TensorOrMap, TensorOrMap, SampleWeights];

/** Options of fit(). */
export interface ModelFitArgs extends CommonFitArgs {
  /** Default: that of the model's inputs, or 32. */
  batchSize?: number;
  /** The part of the examples, from their end, that is only used to evaluate the model after each epoch. */
  validationSplit?: number;
  validationData?: ValidationTensors;
  /** Whether the order of examples changes in each epoch; 'batch': only that of batches. Default: true. */
  shuffle?: boolean | 'batch';
  /** Factors of the losses of examples. */
  sampleWeight?: SampleWeights;
  /** The most batches of an epoch. */
  stepsPerEpoch?: number;
  /** The most batches of an evaluation. */
  validationSteps?: number;
}

/** Options of fitDataset(). */
export interface ModelFitDatasetArgs extends CommonFitArgs {
  /** By default, an epoch ends with the dataset. */
  batchesPerEpoch?: number;
  validationData?: ValidationTensors | DatasetLike;
  /** For tensors. Default: that of the model's inputs, or 32. */
  validationBatchSize?: number;
  validationBatches?: number;
}

/** Options of evaluate(). */
export interface ModelEvaluateArgs {
  /** Default: that of the model's inputs, or 32. */
  batchSize?: number;
  /** Prints a line with the time and the results. Default: 0. */
  verbose?: 0 | 1 | 2 | boolean;
  sampleWeight?: SampleWeights;
  /** The most batches. */
  steps?: number;
}

/** Options of evaluateDataset(). */
export interface ModelEvaluateDatasetArgs {
  batches?: number;
  /** As in evaluate(). */
  verbose?: 0 | 1 | 2 | boolean;
}
