// SPDX-License-Identifier: Apache-2.0
// Trains and evaluates with datasets.
import type { History, Logs } from '../callbacks.js';
import type { ClassWeights, DatasetLike, ExampleTable } from '../examples.js';
import type { ModelEvaluateDatasetArgs, ModelFitDatasetArgs } from '../options.js';
import type { Examples } from '../step.js';
import type { TrainingHost } from '../training-host.js';
import { checkCount } from '../counts.js';
import { limited, train, validatorOf } from './fit.js';

type Iterator = Awaited<ReturnType<DatasetLike['iterator']>>;

/**
 * Trains with a dataset.
 *
 * @param validation Examples to evaluate the model with: a table, a dataset, or none.
 */
export async function fitDataset(
  trainer: TrainingHost,
  dataset: DatasetLike,
  validation: ExampleTable | DatasetLike | undefined,
  args: ModelFitDatasetArgs,
): Promise<History> {
  const { batchesPerEpoch, validationBatches, validationBatchSize, classWeight } = args;
  if (batchesPerEpoch !== undefined) checkCount(batchesPerEpoch, 'batchesPerEpoch');
  const validate =
    validation && 'iterator' in validation
      ? () =>
          evaluateDataset(trainer, validation, validationBatches === undefined ? {} : { batches: validationBatches })
      : validatorOf(trainer, validation, validationBatchSize, validationBatches);
  // With a number of batches an epoch, epochs go on in the dataset.
  const all = batchesPerEpoch === undefined ? undefined : await dataset.iterator();
  const batches = () => (all ? readElements(trainer, all, classWeight) : elementsOf(trainer, dataset, classWeight));
  try {
    return await train(trainer, args, { batches, steps: batchesPerEpoch, validate, samples: null, batchSize: null });
  } finally {
    await all?.return?.();
  }
}

/** Means over all examples of a dataset. */
export async function evaluateDataset(
  trainer: TrainingHost,
  dataset: DatasetLike,
  { batches, verbose }: ModelEvaluateDatasetArgs,
): Promise<Logs> {
  if (batches !== undefined) checkCount(batches, 'batches');
  const progress = trainer.openProgress(verbose);
  const totals = trainer.openTotals();
  const resume = trainer.objective.suspendMetrics();
  let count = 0;
  try {
    for await (const batch of limited(elementsOf(trainer, dataset), batches)) {
      totals.add(trainer.runOn(trainer.testing, batch));
      ++count;
    }
    const logs = totals.means();
    progress.print('', count, count, logs);
    return logs;
  } finally {
    resume();
  }
}

/** The batches of a dataset. Closes it when no more are wanted. */
async function* elementsOf(
  trainer: TrainingHost,
  dataset: DatasetLike,
  classWeight?: ClassWeights,
): AsyncGenerator<Examples> {
  const iterator = await dataset.iterator();
  try {
    yield* readElements(trainer, iterator, classWeight);
  } finally {
    await iterator.return?.();
  }
}

async function* readElements(
  trainer: TrainingHost,
  iterator: Iterator,
  classWeight?: ClassWeights,
): AsyncGenerator<Examples> {
  for (let element = await iterator.next(); !element.done; element = await iterator.next()) {
    yield trainer.takeElement(element.value, classWeight);
  }
}
