// SPDX-License-Identifier: Apache-2.0
// Strings.
import { run, runAll } from '../tensor/call.js';
import type { NamedTensorMap, Scalar, Tensor, Tensor1D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { arg } from './arguments.js';
import { scoped } from './scoped.js';

/**
 * Joins runs of strings: nGrams, and in nGramsSplits where those of each row begin and end.
 *
 * @param dataSplits int32: where the rows of data begin and end.
 * @param nGramWidths How many strings a run has; of each width in turn.
 * @param padWidth How many leftPad and rightPad to put around a row; -1 for all that can matter.
 * @param preserveShortSequences A row that is too short gives one run.
 */
export function stringNGrams(
  data: Tensor1D | TensorLike,
  dataSplits: Tensor | TensorLike,
  separator: string,
  nGramWidths: readonly number[],
  leftPad: string,
  rightPad: string,
  padWidth: number,
  preserveShortSequences: boolean,
): NamedTensorMap {
  return scoped('stringNGrams', () => {
    const inputs = [arg(data, 'data', 'string'), arg(dataSplits, 'dataSplits', 'int32')];
    const [nGrams, nGramsSplits] = runAll('StringNGrams', inputs, {
      separator,
      ngram_widths: nGramWidths,
      left_pad: leftPad,
      right_pad: rightPad,
      pad_width: padWidth,
      preserve_short_sequences: preserveShortSequences,
    });
    return { nGrams, nGramsSplits } as NamedTensorMap;
  });
}

/** Splits strings: the parts as a sparse matrix of indices, values and shape. */
export function stringSplit(
  input: Tensor1D | TensorLike,
  delimiter: Scalar | string,
  skipEmpty = true,
): NamedTensorMap {
  return scoped('stringSplit', () => {
    const inputs = [arg(input, 'input', 'string'), arg(delimiter, 'delimiter', 'string')];
    const [indices, values, shape] = runAll('StringSplit', inputs, { skip_empty: skipEmpty });
    return { indices, values, shape } as NamedTensorMap;
  });
}

/** A number from 0 to numBuckets - 1 for each string, int32, always the same. */
export function stringToHashBucketFast(input: Tensor | TensorLike, numBuckets: number): Tensor {
  return scoped('stringToHashBucketFast', () =>
    run('StringToHashBucketFast', [arg(input, 'input', 'string')], { num_buckets: numBuckets }),
  );
}

/** Replaces what matches a regular expression, everywhere or the first time only. */
export function staticRegexReplace(
  input: Tensor | TensorLike,
  pattern: string,
  rewrite: string,
  replaceGlobal = true,
): Tensor {
  return scoped('staticRegexReplace', () =>
    run('StaticRegexReplace', [arg(input, 'input', 'string')], { pattern, rewrite, replace_global: replaceGlobal }),
  );
}
