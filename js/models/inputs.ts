// SPDX-License-Identifier: Apache-2.0
// Maps a model's arguments to feeds and checks them.
import { TfwasmError } from '../core/errors.js';
import { describeForeignTensor } from '../core/foreign.js';
import type { EndpointDescription } from '../core/model-description.js';
import { formatShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/** Tensors by the name of the fed value. */
export type FeedMap = ReadonlyMap<string, Tensor>;

/** Throws E_INPUT unless `inputs` are tensors. A list must have one per input. */
export function toFeeds(inputs: unknown, expected: readonly EndpointDescription[]): FeedMap {
  if (inputs instanceof Tensor || Array.isArray(inputs)) {
    const tensors: unknown[] = inputs instanceof Tensor ? [inputs] : inputs;
    if (tensors.length !== expected.length) {
      throw new TfwasmError(
        'E_INPUT',
        `the model takes ${expected.length} inputs (${expected.map(describeInput).join(', ')}), got ${tensors.length}`,
      );
    }
    return new Map(expected.map(({ key }, index) => [key, checkTensor(tensors[index], key)]));
  }
  const foreign = describeForeignTensor(inputs);
  const isArrayLike = ArrayBuffer.isView(inputs) || inputs instanceof ArrayBuffer;
  if (typeof inputs !== 'object' || inputs === null || foreign || isArrayLike) {
    const values = isArrayLike
      ? `${describeObject(inputs)}; tensor(values, shape) makes a tensor of it`
      : String(inputs);
    throw new TfwasmError(
      'E_INPUT',
      `a model takes a tensor, a list of tensors or a map of tensors, got ${foreign ?? values}`,
    );
  }
  return new Map(Object.entries(inputs).map(([name, value]) => [name, checkTensor(value, name)]));
}

function describeInput({ key, dtype, shape }: EndpointDescription): string {
  return `'${key}' ${dtype ?? ''}${formatShape(shape)}`;
}

const describeObject = (value: object | null) => value?.constructor?.name ?? 'null';

function checkTensor(value: unknown, name: string): Tensor {
  if (!(value instanceof Tensor)) {
    const kind = typeof value === 'object' ? describeObject(value) : typeof value;
    const got = describeForeignTensor(value) ?? kind;
    throw new TfwasmError('E_INPUT', `input '${name}' must be a tensor, got ${got}`);
  }
  if (value.isDisposed) throw new TfwasmError('E_DISPOSED', `the tensor given as input '${name}' has been disposed`);
  return value;
}

/** Throws E_DTYPE or E_SHAPE unless the tensor matches the model's declaration, if there is one. */
export function checkInput(name: string, { dtype, shape }: Tensor, declared: EndpointDescription | undefined): void {
  if (!declared) return;
  if (declared.dtype !== null && declared.dtype !== dtype) {
    throw new TfwasmError('E_DTYPE', `input '${name}' must be ${declared.dtype}, got ${dtype}`);
  }
  const expected = declared.shape;
  const sizes: readonly number[] = shape;
  const fits =
    expected === null ||
    (expected.length === sizes.length && expected.every((size, index) => size < 0 || size === sizes[index]));
  if (!fits) {
    throw new TfwasmError(
      'E_SHAPE',
      `input '${name}' must have shape ${formatShape(expected)}, got ${formatShape(sizes)}`,
    );
  }
}
