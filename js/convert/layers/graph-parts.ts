// SPDX-License-Identifier: Apache-2.0
// Graphs as JSON, and the making of nodes.
import { dtypeAttr } from '../../tensor/attributes.js';
import type { DataType } from '../../tensor/dtype.js';

/** An attribute of a node in protobuf's JSON mapping. */
export type Attr = { [kind: string]: unknown };

export interface GraphNode {
  name: string;
  op: string;
  input?: string[];
  attr?: { [name: string]: Attr };
}

export interface GraphFunction {
  signature: { name: string; inputArg: { name: string; type: string }[]; outputArg: { name: string; type: string }[] };
  nodeDef: GraphNode[];
  ret: { [output: string]: string };
}

/** The value of a constant. It is read once. */
export interface GraphWeight {
  name: string;
  dtype: DataType;
  shape: number[];
  byteLength: number;
  read(): Uint8Array;
}

/** The types of values in a graph. Lists of tensors are variants. */
export type GraphType = DataType | 'variant';

// Attributes.
export const type = (dtype: GraphType) => (dtype === 'variant' ? { type: 'DT_VARIANT' } : dtypeAttr(dtype));
export const typeName = (dtype: GraphType): string => type(dtype).type;
export const types = (dtypes: readonly GraphType[]): Attr => ({ list: { type: dtypes.map(typeName) } });
export const int = (value: number): Attr => ({ i: String(value) });
export const func = (name: string): Attr => ({ func: { name } });
export const shapeOf = (sizes: readonly (number | null)[]) => ({
  dim: sizes.map((size) => ({ size: String(size ?? -1) })),
});

/** Adds nodes to a graph or to the body of a function. Values are named by their nodes. */
export class GraphParts {
  readonly nodes: GraphNode[];
  readonly weights: GraphWeight[];
  readonly #names: Set<string>;

  constructor(nodes: GraphNode[], weights: GraphWeight[]) {
    this.nodes = nodes;
    this.weights = weights;
    this.#names = new Set(nodes.map(({ name }) => name));
  }

  /** The name itself, or with a number behind it. */
  unique(name: string): string {
    let candidate = name;
    for (let i = 1; this.#names.has(candidate); ++i) candidate = `${name}_${i}`;
    this.#names.add(candidate);
    return candidate;
  }

  /** Adds a node; its name may get a number. Attributes that are not given are float32's T. */
  add(name: string, op: string, input: string[], attr: GraphNode['attr'] = { T: type('float32') }): string {
    const unique = this.unique(name);
    this.nodes.push({ name: unique, op, input, attr });
    return unique;
  }

  /** Adds a constant with the values of a tensor. */
  constant(name: string, dtype: 'float32' | 'int32' | 'bool', shape: number[], values: readonly number[]): string {
    const data = dtype === 'float32' ? Float32Array : dtype === 'int32' ? Int32Array : Uint8Array;
    const bytes = new Uint8Array(data.from(values).buffer);
    return this.weight(name, { dtype, shape, byteLength: bytes.length, read: () => bytes });
  }

  weight(name: string, value: Omit<GraphWeight, 'name'>): string {
    const unique = this.unique(name);
    const { dtype, shape } = value;
    this.nodes.push({ name: unique, op: 'Const', attr: constAttrs(dtype, shape) });
    this.weights.push({ ...value, name: unique });
    return unique;
  }
}

export const constAttrs = (dtype: DataType, shape: readonly number[]): NonNullable<GraphNode['attr']> => ({
  dtype: type(dtype),
  value: { tensor: { dtype: typeName(dtype), tensorShape: shapeOf(shape) } },
});
