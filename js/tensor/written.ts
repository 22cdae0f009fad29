// SPDX-License-Identifier: Apache-2.0
// Literal arguments: numbers passed to an op without creating a tensor.
import { check, TfwasmError } from '../core/errors.js';
import { kindOf } from '../core/public-function.js';
import { type DataType, dtypeNumber } from './dtype.js';

/** A literal argument, encoded for CoreModule.runOp. */
export class Written {
  constructor(readonly code: readonly number[]) {}

  get shape(): readonly number[] {
    return this.code.slice(3, 3 + (this.code[2] ?? 0));
  }
}

const CONSTANT = 0;
const VALUE = -1;
const INT32 = dtypeNumber('int32');

/** Throws E_INPUT unless `value` is an int32. */
export function checkInt(value: number, what = 'a size or index'): number {
  if (typeof value === 'number' && (value | 0) === value) return value;
  throw new TfwasmError('E_INPUT', `${what} must be an integer of 32 bits, got ${describe(value)}`);
}

/** Throws E_INPUT unless this is a number or a boolean. */
function checkNumber(value: number | boolean): number {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  throw new TfwasmError('E_INPUT', `expected a number, got ${describe(value)}`);
}

/** A number itself, or the kind of another value. */
const describe = (value: unknown): string => (typeof value === 'number' ? String(value) : `'${kindOf(value)}'`);

/** An axis or depth: an int32 constant that the kernel may depend on. */
export const int = (value: number): Written => constant(value, 'int32');

/** Throws E_INPUT unless `values` is an array. */
export function checkList(values: unknown): void {
  check(Array.isArray(values) || ArrayBuffer.isView(values), `expected a list of numbers, got ${describe(values)}`);
}

/** Axes or a shape: int32 constants that the kernel may depend on. */
export function ints(values: readonly number[]): Written {
  checkList(values);
  return new Written([CONSTANT, INT32, 1, values.length, ...values.map((value) => checkInt(value))]);
}

/** Like `ints`, for a shape that has been checked already. */
export function shapeInput(shape: readonly number[]): Written {
  return new Written([CONSTANT, INT32, 1, shape.length, ...shape]);
}

/** Paddings or crops: int32 pairs that the kernel may depend on. */
export function pairs(values: readonly (readonly number[])[]): Written {
  checkList(values);
  values.forEach(checkList);
  const flat = values.flatMap((pair) => [checkInt(pair[0] as number), checkInt(pair[1] as number)]);
  return new Written([CONSTANT, INT32, 2, values.length, 2, ...flat]);
}

/** A number, float32, int32 or bool, that the kernel does not depend on. */
export function value(number: number | boolean, dtype: DataType): Written {
  const element = dtype === 'int32' ? checkNumber(number) | 0 : checkNumber(number);
  return new Written([VALUE, dtypeNumber(dtype), 0, element]);
}

/** A number, float32 or int32, that the output's shape depends on. */
export function constant(number: number, dtype: DataType): Written {
  return new Written([CONSTANT, dtypeNumber(dtype), 0, dtype === 'int32' ? checkInt(number) : checkNumber(number)]);
}
