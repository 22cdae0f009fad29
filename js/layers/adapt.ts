// SPDX-License-Identifier: Apache-2.0
// The content of adapt.js: how layers learn from data, and the files of vocabularies. js/layers/ loads it on demand.
import { TfwasmError } from '../core/errors.js';
import { tensor } from '../tensor/factories.js';
import { Tensor } from '../tensor/tensor.js';
import type { AdaptableLayer, AdaptArgs, AdaptBatch, AdaptData, VocabularyLayer } from './adaptable-layer.js';
import type { Learner } from './learner.js';
import { binsOf } from './learn-bins.js';
import { countTerms } from './learn-terms.js';
import { momentsOf } from './learn-moments.js';

export { withVocabularies } from './vocabulary-files.js';

const LEARNERS: Readonly<Record<string, (layer: AdaptableLayer) => Learner>> = {
  Normalization: momentsOf,
  Discretization: binsOf,
  StringLookup: (layer) => countTerms(layer as VocabularyLayer),
  IntegerLookup: (layer) => countTerms(layer as VocabularyLayer),
  TextVectorization: (layer) => countTerms(layer as VocabularyLayer),
};

const isIterable = (data: object): data is AsyncIterable<AdaptBatch> | Iterable<AdaptBatch> =>
  Symbol.asyncIterator in data || Symbol.iterator in data;

/** All examples as one batch, in which a list has one example for each element. */
function asBatch(data: AdaptData): Tensor | undefined {
  const isWhole = data instanceof Tensor || Array.isArray(data) || ArrayBuffer.isView(data);
  if (!isWhole) return undefined;
  const all = data instanceof Tensor ? data.clone() : tensor(data as number[]);
  if (all.rank > 1) return all;
  const column = all.reshape([-1, 1]);
  all.dispose();
  return column as Tensor;
}

/** Adapts a layer to data. */
export async function adapt(layer: AdaptableLayer, data: AdaptData, { steps }: AdaptArgs): Promise<void> {
  if (steps !== undefined && !(steps >= 1)) throw new TfwasmError('E_INPUT', `steps must be positive, got ${steps}`);
  const learner = (LEARNERS[layer.getClassName()] as (layer: AdaptableLayer) => Learner)(layer);
  const take = (batch: Tensor) => {
    try {
      layer.blaming(() => learner.take(batch));
    } finally {
      batch.dispose();
    }
  };
  const whole = typeof data === 'object' && data !== null ? asBatch(data) : undefined;
  if (whole) take(whole);
  else if (typeof data === 'object' && data !== null && isIterable(data)) {
    let left = steps ?? Number.POSITIVE_INFINITY;
    for await (const batch of data) {
      take(batch instanceof Tensor ? batch.clone() : tensor(batch as number[]));
      if (--left <= 0) break;
    }
  } else {
    throw new TfwasmError('E_INPUT', `${layer.name}: adapt() takes a tensor, an array, or an iterable of batches`);
  }
  layer.blaming(() => learner.finish());
}
