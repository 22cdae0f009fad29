// SPDX-License-Identifier: Apache-2.0
// Recognizes tensors of other copies of tfwasm and of TensorFlow.js, which this copy cannot use.
import { version } from './version.js';

/** The property by which copies of tfwasm recognize each other's tensors. Its value is the copy's version. */
export const TENSOR_MARK: unique symbol = Symbol.for('tfwasm.tensor');

type AnyClass = abstract new (...given: never[]) => object;

let ownClass: AnyClass | undefined;

/** Tells which class the tensors of this copy have. */
export function setTensorClass(tensorClass: AnyClass): void {
  ownClass = tensorClass;
}

/** What a value is that is no tensor of this copy but one of another; undefined for all other values. */
export function describeForeignTensor(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (ownClass && value instanceof ownClass) return undefined;
  const { [TENSOR_MARK]: copy, dataId, dtype } = value as Record<PropertyKey, unknown>;
  if (typeof copy === 'string') {
    return `a tensor of another copy of tfwasm (${copy}, this one is ${version}); import tfwasm once`;
  }
  return dataId !== undefined && dtype !== undefined ? 'a tensor of TensorFlow.js, or of another library' : undefined;
}
