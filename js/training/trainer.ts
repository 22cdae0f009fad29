// SPDX-License-Identifier: Apache-2.0
// Training and evaluation of a compiled model.
import { TfwasmError } from '../core/errors.js';
import type { TensorOrMap } from '../layers/feeds.js';
import { dispose } from '../tensor/memory.js';
import { CallbackList, type CallbackParams, History, type Logs, type TrainedModel } from './callbacks.js';
import {
  type ClassWeights,
  type DatasetLike,
  ExampleTable,
  type GivenExamples,
  isDataset,
  shuffled,
  takeElement,
  tensorsOf,
} from './examples.js';
import { Objective } from './objective.js';
import type { Optimizer } from './optimizer.js';
import type {
  ModelCompileArgs,
  ModelEvaluateArgs,
  ModelFitArgs,
  ModelFitDatasetArgs,
  ValidationTensors,
} from './options.js';
import { type Examples, Step } from './step.js';
import { Totals } from './totals.js';
import { Yielder } from './yielder.js';

/** The batches of one epoch. Whoever takes one disposes its tensors. */
type Batches = (epoch: number) => Iterable<Examples> | AsyncIterable<Examples>;

/** What evaluates a model between epochs. */
type Validate = () => Promise<Logs>;

function checkCount(value: number, name: string, least = 1): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new TfwasmError('E_INPUT', `${name} must be an integer of at least ${least}, got ${value}`);
}

const sizeOf = ({ inputs }: Examples) => inputs[0]?.shape[0] as number;

/** The first `most` of batches. */
async function* limited(
  batches: Iterable<Examples> | AsyncIterable<Examples>,
  most: number | undefined,
): AsyncGenerator<Examples> {
  let count = 0;
  if (most === 0) return;
  for await (const batch of batches) {
    yield batch;
    if (++count === most) return;
  }
}

export class Trainer {
  readonly optimizer: Optimizer;
  readonly objective: Objective;
  readonly #model: TrainedModel;
  readonly #training: Step;
  readonly #testing: Step;
  #isTraining = false;

  constructor(model: TrainedModel, optimizer: Optimizer, args: ModelCompileArgs) {
    this.#model = model;
    this.optimizer = optimizer;
    this.objective = new Objective(model, args);
    this.#training = new Step(model, this.objective, optimizer, args.runEagerly);
    this.#testing = new Step(model, this.objective, undefined, args.runEagerly);
  }

  /** Forgets captured programs: layers have been added or removed. */
  forgetPrograms(): void {
    this.#training.dispose();
    this.#testing.dispose();
  }

  dispose(): void {
    this.forgetPrograms();
    this.objective.dispose();
  }

  async trainOnBatch(given: GivenExamples): Promise<number[]> {
    const totals = new Totals(this.objective);
    this.objective.resetMetrics();
    this.#training.warnOfChanges();
    totals.add(this.#runOn(this.#training, checkedBatch(this.#model, given)));
    return Object.values(totals.batch());
  }

  #runOn(step: Step, batch: Examples) {
    try {
      return step.run(batch);
    } finally {
      dispose(tensorsOf(batch));
    }
  }

  evaluate(given: GivenExamples, { batchSize, steps }: ModelEvaluateArgs): Logs {
    if (steps !== undefined) checkCount(steps, 'steps');
    const table = ExampleTable.of(this.#model, given);
    try {
      return this.evaluateTable(table, table.checkBatchSize(batchSize), steps);
    } finally {
      table.dispose();
    }
  }

  /** Means over all examples. A callback may call it in the middle of an epoch. */
  evaluateTable(table: ExampleTable, batchSize: number, steps = Number.POSITIVE_INFINITY): Logs {
    const totals = new Totals(this.objective);
    const resume = this.objective.suspendMetrics();
    let count = 0;
    try {
      for (const batch of table.batches(batchSize)) {
        totals.add(this.#runOn(this.#testing, batch));
        if (++count >= steps) break;
      }
      return totals.means();
    } finally {
      resume();
    }
  }

  async evaluateDataset(dataset: DatasetLike, batches?: number): Promise<Logs> {
    if (batches !== undefined) checkCount(batches, 'batches');
    const totals = new Totals(this.objective);
    const resume = this.objective.suspendMetrics();
    try {
      for await (const batch of limited(elementsOf(this.#model, dataset), batches)) {
        totals.add(this.#runOn(this.#testing, batch));
      }
      return totals.means();
    } finally {
      resume();
    }
  }

  async fit(xs: TensorOrMap, ys: TensorOrMap, args: ModelFitArgs): Promise<History> {
    const { shuffle = true, validationSplit = 0, validationData, stepsPerEpoch } = args;
    if (stepsPerEpoch !== undefined) checkCount(stepsPerEpoch, 'stepsPerEpoch');
    const { sampleWeight, classWeight } = args;
    return this.#exclusively(async (open) => {
      const table = open({ xs, ys, sampleWeight, classWeight });
      const validation = validationData && open(examplesOf(validationData));
      const { training, rest } = splitExamples(table, validation ? 0 : validationSplit);
      const batchSize = training.checkBatchSize(args.batchSize);
      const validate = this.#validatorOf(validation ?? rest, batchSize, args.validationSteps);
      const run = shuffle === 'batch' ? batchSize : 1;
      const batches: Batches = () => training.batches(batchSize, shuffle ? shuffled(training.count, run) : undefined);
      const steps = Math.min(Math.ceil(training.count / batchSize), stepsPerEpoch ?? Number.POSITIVE_INFINITY);
      return this.#run(batches, steps, validate, args, { samples: training.count, batchSize });
    });
  }

  #validatorOf(table: ExampleTable | undefined, batchSize?: number, steps?: number): Validate | undefined {
    if (!table) return undefined;
    const size = table.checkBatchSize(batchSize);
    return async () => this.evaluateTable(table, size, steps);
  }

  async fitDataset(dataset: DatasetLike, args: ModelFitDatasetArgs): Promise<History> {
    const { batchesPerEpoch, validationData, validationBatches, validationBatchSize } = args;
    if (batchesPerEpoch !== undefined) checkCount(batchesPerEpoch, 'batchesPerEpoch');
    return this.#exclusively(async (open) => {
      const table = validationData && !isDataset(validationData) ? open(examplesOf(validationData)) : undefined;
      const validate = isDataset(validationData)
        ? () => this.evaluateDataset(validationData, validationBatches)
        : this.#validatorOf(table, validationBatchSize, validationBatches);
      // With a number of batches an epoch, epochs go on in the dataset.
      const all = batchesPerEpoch === undefined ? undefined : await dataset.iterator();
      const model = this.#model;
      async function* batches(): AsyncGenerator<Examples> {
        yield* all ? readElements(model, all, args.classWeight) : elementsOf(model, dataset, args.classWeight);
      }
      try {
        return await this.#run(batches, batchesPerEpoch, validate, args, { samples: null, batchSize: null });
      } finally {
        await all?.return?.();
      }
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
      const table = ExampleTable.of(this.#model, given);
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

  async #run(
    batches: Batches,
    steps: number | undefined,
    validate: Validate | undefined,
    args: ModelFitArgs | ModelFitDatasetArgs,
    data: Pick<CallbackParams, 'samples' | 'batchSize'>,
  ): Promise<History> {
    const { epochs = 1, initialEpoch = 0 } = args;
    const verbose = Number(args.verbose ?? 0);
    checkCount(epochs, 'epochs');
    checkCount(initialEpoch, 'initialEpoch', 0);
    this.#training.warnOfChanges();
    const history = new History();
    const callbacks = new CallbackList(args.callbacks, args.verbose as number | undefined, args.yieldEvery, history);
    const yielder = new Yielder(args.yieldEvery ?? callbacks.yieldEvery ?? 'auto');
    const { names } = this.objective;
    const metrics = [...names, ...(validate ? names.map((name) => `val_${name}`) : [])];
    callbacks.start(this.#model, {
      ...data,
      epochs,
      initialEpoch,
      steps: steps ?? null,
      verbose,
      doValidation: validate !== undefined,
      metrics,
    });
    this.#model.stopTraining = false;
    await callbacks.call('onTrainBegin');
    const first = callbacks.startEpoch ?? initialEpoch;
    for (let epoch = first; epoch < epochs && !this.#model.stopTraining; ++epoch) {
      await callbacks.call('onEpochBegin', epoch);
      const logs = await this.#runEpoch(epoch, batches(epoch), steps, callbacks, yielder);
      if (validate) for (const [name, value] of Object.entries(await validate())) logs[`val_${name}`] = value;
      await callbacks.call('onEpochEnd', epoch, logs);
    }
    this.optimizer.finalizeVariables();
    await callbacks.call('onTrainEnd');
    return history;
  }

  async #runEpoch(
    epoch: number,
    batches: Iterable<Examples> | AsyncIterable<Examples>,
    steps: number | undefined,
    callbacks: CallbackList,
    yielder: Yielder,
  ): Promise<Logs> {
    const totals = new Totals(this.objective);
    this.objective.resetMetrics();
    const isWatched = callbacks.has('onBatchEnd');
    let index = 0;
    for await (const batch of limited(batches, steps)) {
      const size = sizeOf(batch);
      try {
        await callbacks.call('onBatchBegin', index, { batch: index, size });
        totals.add(this.#training.run(batch));
      } finally {
        dispose(tensorsOf(batch));
      }
      if (isWatched) await callbacks.call('onBatchEnd', index, { batch: index, size, ...totals.batch() });
      if (yielder.isDue(false)) {
        await callbacks.onYield(epoch, index, { batch: index, size, ...totals.batch() });
        await yielder.yield();
      }
      ++index;
      if (this.#model.stopTraining) break;
    }
    if (index === 0) throw new TfwasmError('E_INPUT', 'there are no batches: the dataset is at its end, or empty');
    if (steps !== undefined && index < steps && !this.#model.stopTraining) {
      console.warn(`the dataset ended after ${index} batches; an epoch of ${steps} was expected`);
    }
    if (yielder.isDue(true)) await yielder.yield();
    return totals.means();
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

/** The examples to train with, and those at the end, to evaluate the model. */
function splitExamples(table: ExampleTable, split: number): { training: ExampleTable; rest: ExampleTable | undefined } {
  if (!(split >= 0 && split < 1)) {
    throw new TfwasmError('E_INPUT', `validationSplit must be at least 0 and less than 1, got ${split}`);
  }
  if (split === 0) return { training: table, rest: undefined };
  const first = Math.floor(table.count * (1 - split));
  if (first === 0 || first === table.count) {
    throw new TfwasmError('E_INPUT', `validationSplit ${split} leaves no examples of ${table.count} on one side`);
  }
  return { training: table.part(0, first), rest: table.part(first, table.count) };
}

/** The batches of a dataset. Closes it when no more are wanted. */
async function* elementsOf(
  model: TrainedModel,
  dataset: DatasetLike,
  classWeight?: ClassWeights,
): AsyncGenerator<Examples> {
  const iterator = await dataset.iterator();
  try {
    yield* readElements(model, iterator, classWeight);
  } finally {
    await iterator.return?.();
  }
}

async function* readElements(
  model: TrainedModel,
  iterator: Awaited<ReturnType<DatasetLike['iterator']>>,
  classWeight?: ClassWeights,
): AsyncGenerator<Examples> {
  for (let element = await iterator.next(); !element.done; element = await iterator.next()) {
    yield takeElement(model, element.value, classWeight);
  }
}
