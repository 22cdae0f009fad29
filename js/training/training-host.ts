// SPDX-License-Identifier: Apache-2.0
// What training.js gets of a compiled model.
import type { Tensor } from '../tensor/tensor.js';
import type { CallbackList, History, Logs, TrainedModel } from './callbacks.js';
import type { ClassWeights, ExampleTable } from './examples.js';
import type { Objective } from './objective.js';
import type { Optimizer } from './optimizer.js';
import type { ModelFitArgs, ModelFitDatasetArgs } from './options.js';
import type { Progress } from './progress.js';
import type { Examples, Step } from './step.js';
import type { Totals } from './totals.js';

export interface TrainingHost {
  readonly model: TrainedModel;
  readonly optimizer: Optimizer;
  readonly objective: Objective;
  readonly training: Step;
  readonly testing: Step;
  /** Runs a step, and disposes the batch. */
  runOn(step: Step, batch: Examples): Tensor;
  /** Means over all examples of a table, or those of so many batches. */
  evaluateTable(table: ExampleTable, batchSize: number, steps?: number): Logs;
  openTotals(): Totals;
  openProgress(verbose: number | boolean | undefined): Progress;
  openCallbacks(args: ModelFitArgs | ModelFitDatasetArgs): { callbacks: CallbackList; history: History };
  /** A batch of a dataset, checked. */
  takeElement(value: unknown, classWeight: ClassWeights | undefined): Examples;
}
