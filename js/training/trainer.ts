// SPDX-License-Identifier: Apache-2.0
// Training and evaluation of a compiled model. The loops of fit() are in on-demand/.
import { TfwasmError } from '../core/errors.js';
import type { TensorOrMap } from '../layers/feeds.js';
import { dispose } from '../tensor/memory.js';
import type { Tensor } from '../tensor/tensor.js';
import { CallbackList, History, type Logs, type TrainedModel } from './callbacks.js';
import {
  type ClassWeights,
  type DatasetLike,
  ExampleTable,
  type GivenExamples,
  isDataset,
  takeElement,
  tensorsOf,
} from './examples.js';
import { checkCount } from './counts.js';
import { loadTraining } from './loader.js';
import { Objective } from './objective.js';
import type { Optimizer } from './optimizer.js';
import type {
  ModelCompileArgs,
  ModelEvaluateArgs,
  ModelEvaluateDatasetArgs,
  ModelFitArgs,
  ModelFitDatasetArgs,
  ValidationTensors,
} from './options.js';
import { Progress } from './progress.js';
import { type Examples, Step } from './step.js';
import { Totals } from './totals.js';
import type { TrainingHost } from './training-host.js';

export class Trainer implements TrainingHost {
  readonly model: TrainedModel;
  readonly optimizer: Optimizer;
  readonly objective: Objective;
  readonly training: Step;
  readonly testing: Step;
  #isTraining = false;

  constructor(model: TrainedModel, optimizer: Optimizer, args: ModelCompileArgs) {
    this.model = model;
    this.optimizer = optimizer;
    this.objective = new Objective(model, args);
    this.training = new Step(model, this.objective, optimizer, args.runEagerly);
    this.testing = new Step(model, this.objective, undefined, args.runEagerly);
  }

  /** Forgets captured programs: layers have been added or removed. */
  forgetPrograms(): void {
    this.training.dispose();
    this.testing.dispose();
  }

  dispose(): void {
    this.forgetPrograms();
    this.objective.dispose();
  }

  async trainOnBatch(given: GivenExamples): Promise<number[]> {
    const totals = this.openTotals();
    this.objective.resetMetrics();
    this.training.warnOfChanges();
    totals.add(this.runOn(this.training, checkedBatch(this.model, given)));
    return Object.values(totals.batch());
  }

  runOn(step: Step, batch: Examples): Tensor {
    try {
      return step.run(batch);
    } finally {
      dispose(tensorsOf(batch));
    }
  }

  evaluate(given: GivenExamples, { batchSize, steps, verbose }: ModelEvaluateArgs): Logs {
    if (steps !== undefined) checkCount(steps, 'steps');
    const table = ExampleTable.of(this.model, given);
    try {
      return this.evaluateTable(table, table.checkBatchSize(batchSize), steps, new Progress(verbose));
    } finally {
      table.dispose();
    }
  }

  /** Means over all examples. A callback may call it in the middle of an epoch. */
  evaluateTable(table: ExampleTable, batchSize: number, steps = Number.POSITIVE_INFINITY, progress?: Progress): Logs {
    const totals = this.openTotals();
    const resume = this.objective.suspendMetrics();
    let count = 0;
    try {
      for (const batch of table.batches(batchSize)) {
        totals.add(this.runOn(this.testing, batch));
        if (++count >= steps) break;
      }
      const logs = totals.means();
      progress?.print('', count, count, logs);
      return logs;
    } finally {
      resume();
    }
  }

  async evaluateDataset(dataset: DatasetLike, args: ModelEvaluateDatasetArgs): Promise<Logs> {
    const { evaluateDataset } = await loadTraining();
    return evaluateDataset(this, dataset, args);
  }

  fit(xs: TensorOrMap, ys: TensorOrMap, args: ModelFitArgs): Promise<History> {
    const { sampleWeight, classWeight, validationData } = args;
    return this.#exclusively(async (open) => {
      const table = open({ xs, ys, sampleWeight, classWeight });
      const validation = validationData && open(examplesOf(validationData));
      const { fitTables } = await loadTraining();
      return fitTables(this, table, validation, args);
    });
  }

  fitDataset(dataset: DatasetLike, args: ModelFitDatasetArgs): Promise<History> {
    const { validationData: given } = args;
    return this.#exclusively(async (open) => {
      const validation = given && !isDataset(given) ? open(examplesOf(given)) : given;
      const { fitDataset } = await loadTraining();
      return fitDataset(this, dataset, validation as ExampleTable | DatasetLike | undefined, args);
    });
  }

  /** Runs `f`, unless training is going on. The tables that it opens live until its end. */
  async #exclusively<T>(f: (open: (given: GivenExamples) => ExampleTable) => Promise<T>): Promise<T> {
    if (this.#isTraining) {
      throw new TfwasmError('E_INPUT', 'Cannot start training because another fit() call is ongoing.');
    }
    this.#isTraining = true;
    const tables: ExampleTable[] = [];
    const open = (given: GivenExamples) => {
      const table = ExampleTable.of(this.model, given);
      tables.push(table);
      return table;
    };
    try {
      return await f(open);
    } finally {
      this.#isTraining = false;
      for (const table of tables) table.dispose();
    }
  }

  // For training.js.

  openTotals(): Totals {
    return new Totals(this.objective);
  }

  openProgress(verbose: number | boolean | undefined): Progress {
    return new Progress(verbose);
  }

  openCallbacks({ callbacks, verbose, yieldEvery }: ModelFitArgs | ModelFitDatasetArgs): {
    callbacks: CallbackList;
    history: History;
  } {
    const history = new History();
    return { callbacks: new CallbackList(callbacks, verbose as number | undefined, yieldEvery, history), history };
  }

  takeElement(value: unknown, classWeight: ClassWeights | undefined): Examples {
    return takeElement(this.model, value, classWeight);
  }
}

/** A batch in tensors of its own. */
function checkedBatch(model: TrainedModel, given: GivenExamples): Examples {
  const table = ExampleTable.of(model, given);
  try {
    return table.batch(0, table.checkBatchSize(table.count));
  } finally {
    table.dispose();
  }
}

function examplesOf(data: ValidationTensors): GivenExamples {
  if (!Array.isArray(data) || data.length < 2 || data.length > 3) {
    throw new TfwasmError(
      'E_INPUT',
      'validationData must be [inputs, targets] or [inputs, targets, sampleWeights], or a dataset for fitDataset()',
    );
  }
  const [xs, ys, sampleWeight] = data;
  return { xs, ys, sampleWeight };
}
