// SPDX-License-Identifier: Apache-2.0
// Turns rows, the elements of a batch, into one element whose leaves have the values of all rows.
import { stack, Tensor, type TensorLike, tensor } from '../../common.js';
import { TfwasmError } from '../../core/errors.js';
import { kindOf } from '../../core/public-function.js';
import { isTypedArray } from '../../tensor/values.js';

/** Either a leaf, or the order to go deeper. */
export type DeepMapResult = { value: unknown; recurse: boolean };

/** Takes the values of all rows at one place. */
// biome-ignore lint/suspicious/noExplicitAny: as in TensorFlow.js, the values are of any type.
export type ColumnFunction = (values: any[]) => DeepMapResult;

/** Whether this has parts with names: a list, or an object that is neither a tensor nor a typed array. */
export function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Tensor) && !ArrayBuffer.isView(value);
}

/** The same structure with other parts. */
export function mapParts(container: object, f: (part: unknown, name: string) => unknown): object {
  const parts = Object.entries(container).map(([name, part]) => [name, f(part, name)] as const);
  // Assigning a part could set the prototype.
  return Array.isArray(container) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
}

const MOST_LEVELS = 100;

/** The rows as one element. The first row has its structure. Throws E_INPUT. */
export function toColumns(rows: readonly unknown[], zipFn: ColumnFunction, path = ''): unknown {
  const { value, recurse } = callOnColumn(rows, zipFn, path);
  if (!recurse) return value;
  const [first] = rows;
  if (!isContainer(first)) throw new TfwasmError('E_INPUT', `batches cannot have values of class ${kindOf(first)}`);
  if (path.split('/').length > MOST_LEVELS) {
    throw new TfwasmError('E_LIMIT', `elements have at most ${MOST_LEVELS} levels, and no circles`);
  }
  return mapParts(first, (_, name) =>
    toColumns(
      rows.map((row) => (row as Readonly<Record<string, unknown>> | null | undefined)?.[name]),
      zipFn,
      `${path}/${name}`,
    ),
  );
}

/** Names the place in errors. */
function callOnColumn(rows: readonly unknown[], zipFn: ColumnFunction, path: string): DeepMapResult {
  try {
    return zipFn(rows as unknown[]);
  } catch (error) {
    if (!(error instanceof TfwasmError) || path === '') throw error;
    throw new TfwasmError(error.code, `batch(), column ${JSON.stringify(path.slice(1))}: ${error.message}`, {
      cause: error,
    });
  }
}

/** Lists at the leaves. */
export const zipToList: ColumnFunction = (values) =>
  isContainer(values[0]) ? { value: null, recurse: true } : { value: [...values], recurse: false };

/** Tensors at the leaves: of numbers, booleans, strings, arrays and tensors. */
export const zipToTensors: ColumnFunction = (values) => {
  const [first] = values;
  const isLeaf = Array.isArray(first) || isTypedArray(first) || !isContainer(first);
  return isLeaf && typeof first !== 'function'
    ? { value: toTensor(values), recurse: false }
    : { value: null, recurse: true };
};

function toTensor(values: readonly unknown[]): Tensor {
  if (values[0] instanceof Tensor) return stack(values as Tensor[]);
  const isMissing = (value: unknown) => value === undefined || value === null;
  // Without a number, tensor() takes NaN. There is nothing like that for text.
  const isText = typeof values.find((value) => !isMissing(value)) === 'string';
  return tensor((isText ? values.map((value) => (isMissing(value) ? '' : value)) : values) as TensorLike);
}
