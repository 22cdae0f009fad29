// SPDX-License-Identifier: Apache-2.0
// String functions.
import { run, runAll } from '../tensor/call.js';
import type { NamedTensorMap, Scalar, Tensor, Tensor1D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { arg } from './arguments.js';
import { opFunction } from './op-function.js';

/**
 * N-grams of strings: nGrams, and their row splits nGramsSplits.
 *
 * @param dataSplits int32 row splits of data.
 * @param nGramWidths The widths of the n-grams.
 * @param padWidth The number of leftPad and rightPad around a row; -1 for as many as possible.
 * @param preserveShortSequences Rows that are too short give one n-gram.
 */
export const stringNGrams = opFunction(
  'stringNGrams',
  (
    data: Tensor1D | TensorLike,
    dataSplits: Tensor | TensorLike,
    separator: string,
    nGramWidths: readonly number[],
    leftPad: string,
    rightPad: string,
    padWidth: number,
    preserveShortSequences: boolean,
  ): NamedTensorMap => {
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
  },
);

/** Splits strings into a sparse matrix: indices, values and shape. */
export const stringSplit = opFunction(
  'stringSplit',
  (input: Tensor1D | TensorLike, delimiter: Scalar | string, skipEmpty = true): NamedTensorMap => {
    const inputs = [arg(input, 'input', 'string'), arg(delimiter, 'delimiter', 'string')];
    const [indices, values, shape] = runAll('StringSplit', inputs, { skip_empty: skipEmpty });
    return { indices, values, shape } as NamedTensorMap;
  },
);

/** A stable hash of each string, int32, from 0 to numBuckets - 1. */
export const stringToHashBucketFast = opFunction(
  'stringToHashBucketFast',
  (input: Tensor | TensorLike, numBuckets: number): Tensor =>
    run('StringToHashBucketFast', [arg(input, 'input', 'string')], { num_buckets: numBuckets }),
);

/** Replaces matches of a regular expression: all, or only the first. */
export const staticRegexReplace = opFunction(
  'staticRegexReplace',
  (input: Tensor | TensorLike, pattern: string, rewrite: string, replaceGlobal = true): Tensor =>
    run('StaticRegexReplace', [arg(input, 'input', 'string')], { pattern, rewrite, replace_global: replaceGlobal }),
);
