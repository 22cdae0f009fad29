// SPDX-License-Identifier: Apache-2.0
// Linear algebra.
import { check } from '../core/errors.js';
import { run } from '../tensor/call.js';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { int } from '../tensor/written.js';
import { arg, args, floatArg } from './arguments.js';
import { div, divNoNan, mul, sub } from './arithmetic.js';
import { eye } from './creation.js';
import { concat, stack, unstack } from './join.js';
import { greater, where } from './logical.js';
import { matMul } from './matrix.js';
import { norm, sum } from './reduce.js';
import { opFunction } from './op-function.js';
import { pad, slice } from './shape.js';

/** Zeros elements outside of a band around the diagonal. A negative number keeps the whole side. */
export const bandPart = opFunction(
  'bandPart',
  <T extends Tensor>(a: T | TensorLike, numLower: number | Scalar, numUpper: number | Scalar): T => {
    const width = (x: number | Scalar) => (typeof x === 'number' ? int(x) : arg(x, 'a width', 'int32'));
    return run<T>('MatrixBandPart', [arg<T>(a, 'a'), width(numLower), width(numUpper)]);
  },
);

/** Gram-Schmidt orthonormalization of vectors of the same length, or of the rows of a matrix. */
export const gramSchmidt = opFunction('gramSchmidt', <T extends Tensor1D[] | Tensor2D>(xs: T): T => {
  const isMatrix = !Array.isArray(xs);
  check(isMatrix || xs.length > 0, 'gramSchmidt: input must not be null, undefined, or empty');
  const vectors = isMatrix ? unstack(arg(xs, 'xs')) : args(xs as Tensor1D[], 'xs');
  const sizes = vectors.map(({ size }) => size);
  const ranks = vectors.map(({ rank }) => rank);
  const [size] = sizes as [number];
  check(
    sizes.every((other) => other === size) && ranks.every((rank) => rank === 1),
    () =>
      `gramSchmidt: Non-unique lengths found in the input vectors, or ranks other than 1: lengths ${sizes}, ranks ${ranks}`,
    'E_SHAPE',
  );
  check(
    vectors.length <= size,
    () => `gramSchmidt: Number of vectors (${vectors.length}) exceeds number of dimensions (${size}).`,
  );
  const basis: Tensor[] = [];
  for (const vector of vectors) {
    let rest = floatArg(vector, 'xs');
    for (const unit of basis) rest = sub(rest, mul(sum(mul(unit, rest)), unit));
    basis.push(div(rest, norm(rest)));
  }
  return (isMatrix ? stack(basis) : basis) as T;
});

/** QR decomposition of one matrix [rows, columns] by Householder reflections. */
function qrOfMatrix(x: Tensor2D, fullMatrices: boolean): [Tensor2D, Tensor2D] {
  const [rows, columns] = x.shape;
  let q: Tensor = eye(rows);
  let r: Tensor = x;
  for (let j = 0; j < Math.min(rows, columns); ++j) {
    // The reflection maps column j, from the diagonal on, to a multiple of the first unit vector.
    const column = slice(r, [j, j], [rows - j, 1]);
    const head = slice(r, [j, j], [1, 1]);
    const image = mul(where(greater(head, 0), -1, 1), norm(column));
    const tail = slice(column, [1, 0], [rows - j - 1, 1]);
    const normal = pad(concat([sub(head, image), tail], 0), [
      [j, 0],
      [0, 0],
    ]);
    const factor = divNoNan(2, sum(mul(normal, normal)));
    r = sub(r, mul(factor, matMul(normal, matMul(normal, r, true))));
    q = sub(q, mul(factor, matMul(matMul(q, normal), normal, false, true)));
  }
  if (!fullMatrices && rows > columns) {
    q = slice(q, [0, 0], [rows, columns]);
    r = slice(r, [0, 0], [columns, columns]);
  }
  return [q, r] as [Tensor2D, Tensor2D];
}

/** QR decomposition of matrices [..., rows, columns]. */
export const qr = opFunction('qr', (x: Tensor, fullMatrices = false): [Tensor, Tensor] => {
  const matrices = floatArg(x, 'x');
  check(
    matrices.rank >= 2,
    () => `qr() requires input tensor to have a rank >= 2, but got rank ${matrices.rank}`,
    'E_SHAPE',
  );
  const inner = matrices.shape.slice(-2);
  const flat = unstack(matrices.reshape([-1, ...inner]));
  const parts = flat.map((matrix) => qrOfMatrix(matrix as Tensor2D, fullMatrices));
  const join = (index: 0 | 1) => {
    const list = parts.map((pair) => pair[index]);
    return stack(list).reshape([...matrices.shape.slice(0, -2), ...(list[0] as Tensor).shape]);
  };
  return [join(0), join(1)];
});
