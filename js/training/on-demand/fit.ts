// SPDX-License-Identifier: Apache-2.0
// The loop of epochs and batches.
import { TfwasmError } from '../../core/errors.js';
import { dispose } from '../../tensor/memory.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { BaseCallback, CallbackList, CallbackParams, History, Logs } from '../callbacks.js';
import type { ExampleTable } from '../examples.js';
import type { ModelFitArgs, ModelFitDatasetArgs } from '../options.js';
import type { Examples } from '../step.js';
import type { TrainingHost } from '../training-host.js';
import { checkCount } from '../counts.js';
import { shuffled } from './shuffled.js';
import { StepGuard } from './step-guard.js';
import { Yielder } from './yielder.js';

/** Several batches. Whoever takes one disposes its tensors. */
export type Batches = Iterable<Examples> | AsyncIterable<Examples>;

/** What evaluates a model between epochs. */
export type Validate = () => Promise<Logs>;

/** What fit() and fitDataset() train with. */
export interface Course {
  /** The batches of an epoch. */
  batches(epoch: number): Batches;
  /** How many of them; undefined if that is not known. */
  steps: number | undefined;
  validate: Validate | undefined;
  samples: number | null;
  batchSize: number | null;
}

/** The first `most` of batches. */
export async function* limited(batches: Batches, most: number | undefined): AsyncGenerator<Examples> {
  let count = 0;
  if (most === 0) return;
  for await (const batch of batches) {
    yield batch;
    if (++count === most) return;
  }
}

/** Trains with the examples of a table. */
export async function fitTables(
  trainer: TrainingHost,
  table: ExampleTable,
  validation: ExampleTable | undefined,
  args: ModelFitArgs,
): Promise<History> {
  const { shuffle = true, validationSplit = 0, stepsPerEpoch } = args;
  if (stepsPerEpoch !== undefined) checkCount(stepsPerEpoch, 'stepsPerEpoch');
  const { training, rest } = splitExamples(table, validation ? 0 : validationSplit);
  const batchSize = training.checkBatchSize(args.batchSize);
  const run = shuffle === 'batch' ? batchSize : 1;
  return train(trainer, args, {
    batches: () => training.batches(batchSize, shuffle ? shuffled(training.count, run) : undefined),
    steps: Math.min(Math.ceil(training.count / batchSize), stepsPerEpoch ?? Number.POSITIVE_INFINITY),
    validate: validatorOf(trainer, validation ?? rest, batchSize, args.validationSteps),
    samples: training.count,
    batchSize,
  });
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

/** Evaluates with a table, if there is one. */
export function validatorOf(
  trainer: TrainingHost,
  table: ExampleTable | undefined,
  batchSize?: number,
  steps?: number,
): Validate | undefined {
  if (!table) return undefined;
  const size = table.checkBatchSize(batchSize);
  return async () => trainer.evaluateTable(table, size, steps);
}

/** Runs all epochs. */
export async function train(
  trainer: TrainingHost,
  args: ModelFitArgs | ModelFitDatasetArgs,
  { batches, steps, validate, samples, batchSize }: Course,
): Promise<History> {
  const { epochs = 1, initialEpoch = 0 } = args;
  checkCount(epochs, 'epochs');
  checkCount(initialEpoch, 'initialEpoch', 0);
  trainer.training.warnOfChanges();
  const { model } = trainer;
  const { callbacks, history } = trainer.openCallbacks(args);
  const { names } = trainer.objective;
  const params: CallbackParams = {
    epochs,
    initialEpoch,
    samples,
    steps: steps ?? null,
    batchSize,
    verbose: Number(args.verbose ?? 0),
    doValidation: validate !== undefined,
    metrics: [...names, ...(validate ? names.map((name) => `val_${name}`) : [])],
  };
  callbacks.start(model, params);
  const run = new Run(trainer, callbacks, args, steps);
  model.stopTraining = false;
  try {
    await callbacks.call('onTrainBegin');
    const first = callbacks.startEpoch ?? initialEpoch;
    for (let epoch = first; epoch < epochs && !model.stopTraining; ++epoch) {
      await run.epoch(epoch, batches(epoch), validate);
    }
    trainer.optimizer.finalizeVariables();
    await callbacks.call('onTrainEnd');
    return history;
  } finally {
    run.dispose();
  }
}

/** What the epochs of a call of fit() have in common. */
class Run {
  readonly #trainer: TrainingHost;
  readonly #callbacks: CallbackList;
  readonly #steps: number | undefined;
  readonly #epochs: number;
  readonly #yielder: Yielder;
  readonly #progress;
  readonly #guards: readonly BaseCallback[];
  readonly #guard: StepGuard | undefined;

  constructor(
    trainer: TrainingHost,
    callbacks: CallbackList,
    { yieldEvery, verbose, epochs = 1 }: ModelFitArgs | ModelFitDatasetArgs,
    steps: number | undefined,
  ) {
    this.#trainer = trainer;
    this.#callbacks = callbacks;
    this.#steps = steps;
    this.#epochs = epochs;
    this.#yielder = new Yielder(yieldEvery ?? callbacks.yieldEvery ?? 'auto');
    this.#progress = trainer.openProgress(verbose);
    this.#guards = callbacks.callbacks.filter(({ guardsSteps }) => guardsSteps);
    for (const callback of this.#guards) callback.culprit = undefined;
    if (this.#guards.length > 0) this.#guard = new StepGuard(trainer);
  }

  dispose(): void {
    this.#guard?.dispose();
  }

  #step(batch: Examples): Tensor {
    const guard = this.#guard;
    if (!guard) return this.#trainer.training.run(batch);
    const report = guard.run(batch);
    for (const callback of this.#guards) callback.culprit = guard.culprit;
    return report;
  }

  async epoch(epoch: number, batches: Batches, validate: Validate | undefined): Promise<void> {
    await this.#callbacks.call('onEpochBegin', epoch);
    const head = `Epoch ${epoch + 1}/${this.#epochs}`;
    this.#progress.begin();
    const { logs, count } = await this.#runBatches(epoch, head, batches);
    if (validate) for (const [name, value] of Object.entries(await validate())) logs[`val_${name}`] = value;
    this.#progress.print(head, count, this.#steps, logs);
    await this.#callbacks.call('onEpochEnd', epoch, logs);
  }

  async #runBatches(epoch: number, head: string, batches: Batches): Promise<{ logs: Logs; count: number }> {
    const { objective, model } = this.#trainer;
    const [callbacks, yielder, steps] = [this.#callbacks, this.#yielder, this.#steps];
    const totals = this.#trainer.openTotals();
    objective.resetMetrics();
    const isWatched = callbacks.has('onBatchEnd');
    let count = 0;
    for await (const batch of limited(batches, steps)) {
      const index = count++;
      const size = batch.inputs[0]?.shape[0] as number;
      try {
        await callbacks.call('onBatchBegin', index, { batch: index, size });
        totals.add(this.#step(batch));
      } finally {
        dispose(batch as never);
      }
      if (isWatched) await callbacks.call('onBatchEnd', index, { batch: index, size, ...totals.batch() });
      if (yielder.isDue(false)) {
        await callbacks.onYield(epoch, index, { batch: index, size, ...totals.batch() });
        this.#progress.printSometimes(head, count, steps, () => totals.means());
        await yielder.yield();
      }
      if (model.stopTraining) break;
    }
    if (count === 0) throw new TfwasmError('E_INPUT', 'there are no batches: the dataset is at its end, or empty');
    if (steps !== undefined && count < steps && !model.stopTraining) {
      console.warn(`the dataset ended after ${count} batches; an epoch of ${steps} was expected`);
    }
    if (yielder.isDue(true)) await yielder.yield();
    return { logs: totals.means(), count };
  }
}
