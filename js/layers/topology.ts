// SPDX-License-Identifier: Apache-2.0
// How layers are connected: symbolic tensors, and the calls (nodes) that produced them.
import { TfwasmError } from '../core/errors.js';
import type { DataType } from '../tensor/dtype.js';
import { uniqueWeightName } from './names.js';

/** Dimensions; null for unknown ones. */
export type Shape = (number | null)[];

/** Keyword arguments of a call. */
export interface Kwargs {
  // biome-ignore lint/suspicious/noExplicitAny: as in TensorFlow.js, where each layer has arguments of its own.
  [name: string]: any;
}

/** What connections need of a layer. */
export interface ConnectedLayer {
  readonly name: string;
  readonly inboundNodes: readonly Node[];
  getClassName(): string;
}

let lastId = 0;

/** Stands for the values that a layer produces when the model runs. */
export class SymbolicTensor {
  /** @internal Messages name the class. */
  static readonly name: string = 'SymbolicTensor';

  readonly id = lastId++;
  readonly name: string;
  readonly originalName: string | undefined;
  readonly rank: number;
  /** The call that produced it, among those of its layer. */
  nodeIndex = 0;
  /** Its place among the outputs of the call. */
  tensorIndex = 0;

  constructor(
    readonly dtype: DataType,
    readonly shape: Shape,
    public sourceLayer: ConnectedLayer,
    readonly inputs: SymbolicTensor[],
    readonly callArgs: Kwargs,
    name?: string,
    readonly outputTensorIndex = 0,
  ) {
    this.originalName = name;
    this.name = name === undefined ? `symbolic${this.id}` : uniqueWeightName(name);
    this.rank = shape.length;
  }
}

/** One call of a layer on symbolic tensors. */
export interface Node {
  /** The layer that is called. */
  outboundLayer: ConnectedLayer;
  /** Inputs, those in `callArgs` included, in the order of the arguments. */
  inputTensors: SymbolicTensor[];
  outputTensors: SymbolicTensor[];
  callArgs: Kwargs;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy of nested lists and plain objects in which every symbolic tensor is replaced. */
export function mapSymbolic(value: unknown, map: (tensor: SymbolicTensor) => unknown): unknown {
  if (value instanceof SymbolicTensor) return map(value);
  if (Array.isArray(value)) return value.map((element) => mapSymbolic(element, map));
  if (!isObject(value) || ![null, Object.prototype].includes(Object.getPrototypeOf(value))) return value;
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, mapSymbolic(element, map)]));
}

/** The symbolic tensors in nested lists and plain objects, in order. */
export function symbolicIn(value: unknown): SymbolicTensor[] {
  const found: SymbolicTensor[] = [];
  mapSymbolic(value, (tensor) => void found.push(tensor));
  return found;
}

export type OneOrMore<T> = T | T[];

export const toList = <T>(value: OneOrMore<T> | undefined | null): T[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

export const oneOrMore = <T>(list: readonly T[]): OneOrMore<T> => (list.length === 1 ? (list[0] as T) : [...list]);

/** "[null,28,28,1]". */
export const describeShape = (shape: readonly (number | null)[]): string =>
  `[${shape.map((size) => size ?? 'null').join(',')}]`;

/** Throws E_SHAPE unless `shape` is a list of sizes and nulls. */
export function checkShape(shape: unknown, what: string): Shape {
  const isSize = (size: unknown) => size === null || (Number.isInteger(size) && (size as number) >= 0);
  const sizes = Array.isArray(shape) ? shape.map((size) => size ?? null) : undefined;
  if (sizes?.every(isSize)) return sizes;
  throw new TfwasmError(
    'E_SHAPE',
    `${what}: expected a list of sizes, each an integer or null, got ${JSON.stringify(shape)}`,
  );
}
