// SPDX-License-Identifier: Apache-2.0
// Comparisons and logical functions.
import { check } from '../core/errors.js';
import { run } from '../tensor/call.js';
import type { Tensor } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { int } from '../tensor/written.js';
import { arg, matched } from './arguments.js';
import { asPromise, opFunction } from './op-function.js';

type Binary = <T extends Tensor>(a: Tensor | TensorLike, b: Tensor | TensorLike) => T;

function comparison(name: string, op: string): Binary {
  return opFunction(name, <T extends Tensor>(a: Tensor | TensorLike, b: Tensor | TensorLike) => {
    const [x, y] = matched(a, b);
    return run<T>(op, [x, y]);
  });
}

function ofBooleans(name: string, op: string): Binary {
  return opFunction(name, <T extends Tensor>(a: Tensor | TensorLike, b: Tensor | TensorLike) =>
    run<T>(op, [arg(a, 'a', 'bool'), arg(b, 'b', 'bool')]),
  );
}

/** a == b as bool, with broadcasting. Also for strings. */
export const equal: Binary = comparison('equal', 'Equal');
/** a != b as bool, with broadcasting. Also for strings. */
export const notEqual: Binary = comparison('notEqual', 'NotEqual');
/** a > b as bool, with broadcasting. */
export const greater: Binary = comparison('greater', 'Greater');
/** a >= b as bool, with broadcasting. */
export const greaterEqual: Binary = comparison('greaterEqual', 'GreaterEqual');
/** a < b as bool, with broadcasting. */
export const less: Binary = comparison('less', 'Less');
/** a <= b as bool, with broadcasting. */
export const lessEqual: Binary = comparison('lessEqual', 'LessEqual');
/** Logical AND, with broadcasting. */
export const logicalAnd: Binary = ofBooleans('logicalAnd', 'LogicalAnd');
/** Logical OR, with broadcasting. */
export const logicalOr: Binary = ofBooleans('logicalOr', 'LogicalOr');
/** Logical XOR, with broadcasting. */
export const logicalXor: Binary = ofBooleans('logicalXor', 'LogicalXor');

/** Logical NOT. */
export const logicalNot = opFunction(
  'logicalNot',
  <T extends Tensor>(x: T | TensorLike): T => run<T>('LogicalNot', [arg<T>(x, 'x', 'bool')]),
);

/** The elements of a where the bool condition is true, else those of b, with broadcasting. */
export const where = opFunction(
  'where',
  <T extends Tensor>(condition: Tensor | TensorLike, a: T | TensorLike, b: T | TensorLike): T => {
    const [x, y] = matched(a, b);
    return run<T>('SelectV2', [arg(condition, 'condition', 'bool'), x, y]);
  },
);

/** The coordinates of the true elements, int32 [count, rank]. */
export const whereAsync = asPromise(
  opFunction('whereAsync', (condition: Tensor | TensorLike) => run('Where', [arg(condition, 'condition', 'bool')])),
);

/**
 * The slices of a tensor where a bool mask is true. The mask covers the dimensions from `axis` on. Throws E_INPUT if
 * their sizes differ.
 */
export const booleanMaskAsync = asPromise(
  opFunction('booleanMaskAsync', (tensor: Tensor | TensorLike, mask: Tensor | TensorLike, axis = 0) => {
    const x = arg(tensor, 'tensor');
    const flags = arg(mask, 'mask', 'bool');
    const first = axis < 0 ? axis + x.rank : axis;
    const end = first + flags.rank;
    check(flags.rank > 0, 'mask cannot be scalar');
    const covered = (x.shape as number[]).slice(first, end);
    check(
      first >= 0 && String(covered) === String(flags.shape),
      () =>
        `mask's shape must match the first K dimensions of tensor's shape, Shapes ${covered} and ${flags.shape} must match`,
    );
    const rest = (x.shape as number[]).slice(end);
    const flat = x.reshape([...(x.shape as number[]).slice(0, first), flags.size, ...rest]);
    const indices = run('Where', [flags.reshape([flags.size])]);
    return run('GatherV2', [flat, indices.reshape([indices.size]), int(first)]);
  }),
);
