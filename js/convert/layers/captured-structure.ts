// SPDX-License-Identifier: Apache-2.0
// Reads captured graphs, as src/graph/structure.cc writes them: numbers in the layout of wasm32, lists and texts after
// their sizes.
import { check } from '../../core/errors.js';
import type { ModelGraph } from '../../layers-model/model-graph.js';
import { type DataType, dtypeFromNumber } from '../../tensor/dtype.js';
import { type Attr, shapeOf, typeName } from './graph-parts.js';

export interface Constant {
  dtype: DataType;
  shape: number[];
  bytes: Uint8Array | Uint8Array[];
}

/** An output of a node. */
export type CapturedEdge = [node: number, output: number];

export interface CapturedNode {
  op: string;
  attr: { [name: string]: Attr };
  inputs: CapturedEdge[];
  /** Of a Const. */
  value?: Constant;
  /** Of the first output. */
  shape: number[];
}

export interface CapturedStructure {
  /** Each after those that it reads. */
  nodes: CapturedNode[];
  inputs: CapturedEdge[];
  outputs: CapturedEdge[];
}

export function readStructure({ structure, nodes: count, shapes }: ModelGraph): CapturedStructure {
  const reader = new StructureReader(structure);
  let at = 0;
  const nextShape = () => {
    const start = at + 1;
    at = start + (shapes[at] as number);
    return shapes.slice(start, at);
  };
  const nodes = Array.from({ length: count }, () => ({ ...reader.node(), shape: nextShape() }));
  return { nodes, inputs: reader.edges(), outputs: reader.edges() };
}

const jsonOf = (value: number) => (Number.isFinite(value) ? value : String(value));

class StructureReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  node(): Omit<CapturedNode, 'shape'> {
    const op = this.#text();
    const attr: CapturedNode['attr'] = {};
    for (let left = this.#size(); left > 0; --left) {
      const name = this.#text();
      attr[name] = this.#attr(this.#size());
    }
    const inputs = this.edges();
    return { op, attr, inputs, ...(op === 'Const' && { value: this.#tensor() }) };
  }

  edges(): CapturedEdge[] {
    return this.#list(() => [this.#size(), this.#size()]);
  }

  /** `kind`: the place in AttrValue of src/graph/attr.h. */
  #attr(kind: number): Attr {
    const readers: readonly (readonly [string, () => unknown])[] = [
      ['b', () => this.#byte() !== 0],
      ['i', () => String(this.#int64())],
      ['f', () => jsonOf(this.#float())],
      ['s', () => btoa(this.#text())],
      ['type', () => typeName(dtypeFromNumber(this.#byte()))],
      ['shape', () => shapeOf(this.#shape())],
    ];
    const FIRST_LIST = 8;
    const LISTS = ['i', 'f', 'b', 's', 'type', 'shape'];
    const kindName = LISTS[kind - FIRST_LIST];
    const found = readers.find(([name], i) => (kindName ? name === kindName : i === kind));
    check(found !== undefined, () => `an attribute of the kind ${kind}`, 'E_INTERNAL');
    const [name, read] = found;
    return kindName ? { list: { [name]: this.#list(read) } } : { [name]: read() };
  }

  #tensor(): Constant {
    const dtype = dtypeFromNumber(this.#byte());
    const shape = this.#shape();
    const count = shape.reduce((product, size) => product * size, 1);
    if (dtype === 'string')
      return { dtype, shape, bytes: Array.from({ length: count }, () => this.#take(this.#size())) };
    const width = dtype === 'bool' ? 1 : dtype === 'complex64' ? 8 : 4;
    return { dtype, shape, bytes: this.#take(count * width) };
  }

  #list<T>(read: () => T): T[] {
    return Array.from({ length: this.#size() }, read);
  }
  #shape(): number[] {
    return Array.from({ length: this.#byte() }, () => this.#int64());
  }
  #take(count: number): Uint8Array {
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
  #text(): string {
    return String.fromCharCode(...this.#take(this.#size()));
  }
  #byte(): number {
    return this.#view.getUint8(this.#at++);
  }
  #size(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }
  #float(): number {
    this.#at += 4;
    return this.#view.getFloat32(this.#at - 4, true);
  }
  #int64(): number {
    this.#at += 8;
    return Number(this.#view.getBigInt64(this.#at - 8, true));
  }
}
