// SPDX-License-Identifier: Apache-2.0
// Products of matrices and vectors.
import { run } from '../tensor/call.js';
import type { Tensor, Tensor1D, Tensor2D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { arg, args, checkRank, matchedNumbers } from './arguments.js';
import { mul } from './arithmetic.js';
import { opFunction } from './op-function.js';

/**
 * The product of matrices [..., m, k] and [..., k, n]. Leading dimensions broadcast. The flags transpose the last two
 * dimensions first. Throws E_SHAPE if the inner dimensions differ.
 */
export const matMul = opFunction(
  'matMul',
  <T extends Tensor>(a: Tensor | TensorLike, b: Tensor | TensorLike, transposeA = false, transposeB = false): T => {
    const [x, y] = matchedNumbers(arg(a, 'a', 'numeric'), arg(b, 'b', 'numeric'));
    return run<T>('BatchMatMulV2', [x, y], { adj_x: transposeA, adj_y: transposeB });
  },
);

/** The product of two vectors, of a matrix and a vector, of a vector and a matrix, or of two matrices. */
export const dot = opFunction('dot', (t1: Tensor | TensorLike, t2: Tensor | TensorLike): Tensor => {
  const a = arg(t1, 't1', 'numeric');
  const b = arg(t2, 't2', 'numeric');
  checkRank(a, 't1', 1, 2);
  checkRank(b, 't2', 1, 2);
  const product = matMul(a.rank === 1 ? a.reshape([1, a.size]) : a, b.rank === 1 ? b.reshape([b.size, 1]) : b);
  return product.reshape([...a.shape.slice(0, -1), ...b.shape.slice(1)]);
});

/** The outer product of two vectors. */
export const outerProduct = opFunction(
  'outerProduct',
  (v1: Tensor1D | TensorLike, v2: Tensor1D | TensorLike): Tensor2D => {
    const a = arg<Tensor>(v1, 'v1', 'numeric');
    const b = arg<Tensor>(v2, 'v2', 'numeric');
    checkRank(a, 'v1', 1);
    checkRank(b, 'v2', 1);
    return mul<Tensor2D>(a.reshape([a.size, 1]), b.reshape([1, b.size]));
  },
);

/** Einstein summation with an equation such as 'ij,jk->ik'. Throws E_INPUT if it is invalid. */
export const einsum = opFunction('einsum', (equation: string, ...tensors: (Tensor | TensorLike)[]): Tensor => {
  const list = args(tensors, 'tensors', 'numeric');
  return run('Einsum', list, { equation: String(equation).replace(/\s/g, ''), N: list.length });
});
