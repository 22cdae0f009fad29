// SPDX-License-Identifier: Apache-2.0
// Counts the terms of texts and lists. As Keras does: keras/src/layers/preprocessing/index_lookup.py.
import { TfwasmError } from '../core/errors.js';
import { tidy } from '../tensor/memory.js';
import type { Tensor } from '../tensor/tensor.js';
import type { VocabularyLayer } from './adaptable-layer.js';
import type { Learner } from './learner.js';

type Term = string | number;

const add = (counts: Map<Term, number>, term: Term) => counts.set(term, (counts.get(term) ?? 0) + 1);

/** The most frequent ones first; of equally frequent ones, the last in alphabetical order. */
function sorted(counts: ReadonlyMap<Term, number>): Term[] {
  return [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? 1 : -1)).map(([term]) => term);
}

export function countTerms(layer: VocabularyLayer): Learner {
  if (!layer.isAdapted) {
    throw new TfwasmError('E_LAYER', `${layer.name} was made with a vocabulary: it cannot be adapted, too`);
  }
  const { output_mode, max_tokens, mask_token, oov_token } = layer.coreConfig;
  const isText = layer.getClassName() === 'TextVectorization';
  const isInteger = layer.getClassName() === 'IntegerLookup';
  const hasFrequencies = output_mode === 'tf_idf' || output_mode === 'tf-idf';
  const counts = new Map<Term, number>();
  /** The number of examples that have a term. */
  const examplesWith = new Map<Term, number>();
  let examples = 0;

  /** The terms of each example; "" where there is none. */
  const rowsOf = (batch: Tensor): Term[][] => {
    if ((batch.dtype === 'string') === isInteger) {
      throw new TfwasmError('E_DTYPE', `expected ${isInteger ? 'integers' : 'strings'}, got ${batch.dtype}`);
    }
    const { shape, values } = tidy(() => {
      const terms = isText ? (layer.call(batch, { tokens: true }) as Tensor) : batch;
      return { shape: terms.shape, values: Array.from(terms.dataSync() as ArrayLike<Term>) };
    });
    const length = shape.length < 2 ? values.length : values.length / (shape[0] as number);
    const count = shape.length < 2 ? 1 : (shape[0] as number);
    return Array.from({ length: count }, (_, row) => values.slice(row * length, (row + 1) * length));
  };

  return {
    take(batch) {
      for (const row of rowsOf(batch)) {
        for (const term of row) add(counts, isInteger ? Math.trunc(term as number) : term);
        if (hasFrequencies) for (const term of new Set(row)) add(examplesWith, term);
        ++examples;
      }
    },
    finish() {
      for (const special of isText ? ['', '[UNK]'] : [mask_token, oov_token]) counts.delete(special as Term);
      const most = typeof max_tokens === 'number' ? max_tokens - layer.specialTerms.length : Number.POSITIVE_INFINITY;
      const vocabulary = sorted(counts).slice(0, Math.max(most, 0));
      if (vocabulary.length === 0) throw new TfwasmError('E_INPUT', 'the data have no terms for the vocabulary');
      const weights = vocabulary.map((term) => Math.log(1 + examples / (1 + (examplesWith.get(term) ?? 0))));
      layer.learn({ vocabulary, idf_weights: hasFrequencies ? weights : null });
    },
  };
}
