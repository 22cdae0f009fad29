// SPDX-License-Identifier: Apache-2.0
// Formats tensors as text, like TensorFlow.js.
import type { DataType } from './dtype.js';
import { sizeOfShape } from './shape.js';

/** Longer dimensions are abbreviated. */
const MAX_SHOWN = 20;
const SHOWN_AT_EACH_END = 3;
const DIGITS = 7;

/** An element to print. Complex numbers are [real, imaginary]. */
type Element = number | string | [number, number];

interface Printer {
  elements: readonly Element[];
  dtype: DataType;
  /** The width of each column of the last dimension. */
  widths: readonly number[];
}

/**
 * @param values As returned by `dataSync()`: complex numbers have two values each.
 * @param verbose Adds dtype, rank and shape.
 */
export function formatTensor(
  values: ArrayLike<number> | readonly string[],
  shape: readonly number[],
  dtype: DataType,
  verbose: boolean,
): string {
  const elements = toElements(values, dtype);
  const printer = { elements, dtype, widths: columnWidths(elements, shape, dtype) };
  const lines = ['Tensor'];
  if (verbose) lines.push(`  dtype: ${dtype}`, `  rank: ${shape.length}`, `  shape: [${shape}]`, '  values:');
  const body =
    shape.length === 0 ? [formatScalar(elements[0] as Element, dtype)] : formatBlock(printer, shape, 0, true);
  lines.push(body.map((line) => `    ${line}`).join('\n'));
  return lines.join('\n');
}

function toElements(values: ArrayLike<number> | readonly string[], dtype: DataType): Element[] {
  if (dtype !== 'complex64') return Array.from(values as ArrayLike<number | string>);
  const numbers = values as ArrayLike<number>;
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i] ?? 0, numbers[2 * i + 1] ?? 0]);
}

function formatNumber(value: number): string {
  return Number.parseFloat(value.toFixed(DIGITS)).toString();
}

function formatElement(element: Element, dtype: DataType): string {
  if (Array.isArray(element)) return `${formatNumber(element[0])} + ${formatNumber(element[1])}j`;
  if (typeof element === 'string') return `'${element}'`;
  if (dtype === 'bool') return element === 0 ? 'false' : 'true';
  return formatNumber(element);
}

/** A scalar: a number with all its digits, or a string without quotes. */
function formatScalar(element: Element, dtype: DataType): string {
  return Array.isArray(element) || dtype === 'bool' ? formatElement(element, dtype) : String(element);
}

function columnWidths(elements: readonly Element[], shape: readonly number[], dtype: DataType): number[] {
  const columns = shape.length > 1 ? (shape[shape.length - 1] as number) : 0;
  const widths = new Array<number>(columns).fill(0);
  elements.forEach((element, index) => {
    const column = index % columns;
    if (columns > 0) widths[column] = Math.max(widths[column] as number, formatElement(element, dtype).length);
  });
  return widths;
}

/** The indices to print along a dimension; undefined is the ellipsis. */
function shownIndices(size: number): (number | undefined)[] {
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  if (size <= MAX_SHOWN) return range(0, size);
  return [...range(0, SHOWN_AT_EACH_END), undefined, ...range(size - SHOWN_AT_EACH_END, size)];
}

function formatRow({ elements, dtype, widths }: Printer, size: number, offset: number): string {
  const cells = shownIndices(size).map((column) => {
    if (column === undefined) return '...';
    return formatElement(elements[offset + column] as Element, dtype).padEnd(widths[column] ?? 0);
  });
  return `[${cells.join(', ')}]`;
}

/** The lines of a sub-tensor. `isLast`: whether it is the last one of the enclosing dimension. */
function formatBlock(printer: Printer, shape: readonly number[], offset: number, isLast: boolean): string[] {
  const [size = 0, ...rest] = shape;
  if (rest.length === 0) return [formatRow(printer, size, offset)];
  const stride = sizeOfShape(rest);
  const lines = shownIndices(size).flatMap((index) => {
    if (index === undefined) return ['...'];
    return formatBlock(printer, rest, offset + index * stride, index === size - 1);
  });
  const separator = rest.length === 1 ? ',' : '';
  const end = isLast ? '' : `,\n${'\n'.repeat(rest.length - 1)}`;
  // The comma after a single row is as in TensorFlow.js, since programs compare this text.
  const last = Math.max(lines.length - 1, 0);
  lines[0] = `[${lines.length > 0 ? lines[0] + separator : ''}`;
  for (let i = 1; i < last; ++i) lines[i] = ` ${lines[i]}${separator}`;
  lines[last] = ` ${lines[last]}]${end}`;
  return lines;
}
