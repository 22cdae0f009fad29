// SPDX-License-Identifier: Apache-2.0
// Graphs of models whose inputs have sizes that are not known, such as that of the batch. What is captured is for certain
// sizes: constants may depend on them, such as the new shape of a Reshape. So the model is captured with several sizes,
// and what differs is computed from the shapes of the inputs.
import { TfwasmError } from '../../core/errors.js';
import type { LayersModel } from '../../layers-model/model.js';
import type { CaptureGraph, ModelGraph } from '../../layers-model/model-graph.js';
import {
  type CapturedEdge,
  type CapturedNode,
  type CapturedStructure,
  type Constant,
  readStructure,
} from './captured-structure.js';
import { type GraphParts, int, type } from './graph-parts.js';

/** A size that is not known: where it occurs, and three values for it. */
interface FreeSize {
  places: { input: number; axis: number }[];
  values: readonly [base: number, other: number, check: number];
}

/** A graph in which constants are computed that depend on sizes. */
export interface AnySizeGraph {
  graph: ModelGraph;
  structure: CapturedStructure;
  /** The constants that are computed, by their node. */
  computed: Map<number, Computation>;
}

/** Adds the nodes that compute a constant, under a name, and returns the last one. `tensor`: the names of tensors. */
type Computation = (parts: GraphParts, name: string, tensor: (edge: CapturedEdge) => string) => string;

/** A size of a tensor. */
interface Size {
  edge: CapturedEdge;
  axis: number;
}

/** Integers as a sum of products of sizes, each times integers. */
type Sum = { sizes: Size[]; factors: number[] }[];

type Captured = Omit<AnySizeGraph, 'computed'>;

/** Throws E_SHAPE if the graph depends on sizes in other ways. */
export async function captureForAnySize(model: LayersModel): Promise<AnySizeGraph> {
  const capture = await model.graphCapture();
  try {
    return new Comparison(model, capture, freeSizes(model, false)).graph();
  } catch (error) {
    // Inputs may have to agree in their sizes.
    const shared = freeSizes(model, true);
    if (!(error instanceof TfwasmError) || shared.length === freeSizes(model, false).length) throw error;
    return new Comparison(model, capture, shared).graph();
  }
}

/** The batch, and each size that the model leaves open. If they are shared, one for each axis. */
function freeSizes(model: LayersModel, isShared: boolean): FreeSize[] {
  const sizes = new Map<string, FreeSize>();
  for (const [input, { shape }] of model.inputs.entries()) {
    for (const [axis, size] of shape.entries()) {
      if (size !== null) continue;
      const key = axis === 0 || isShared ? `${axis}` : `${input} ${axis}`;
      const values = axis === 0 ? ([2, 3, 5] as const) : ([64, 96, 77 + 2 * sizes.size] as const);
      const known = sizes.get(key) ?? { places: [], values };
      known.places.push({ input, axis });
      sizes.set(key, known);
    }
  }
  return [...sizes.values()];
}

class Comparison {
  readonly #model: LayersModel;
  readonly #captureGraph: CaptureGraph;
  readonly #sizes: FreeSize[];

  constructor(model: LayersModel, capture: CaptureGraph, sizes: FreeSize[]) {
    this.#model = model;
    this.#captureGraph = capture;
    this.#sizes = sizes;
  }

  /** `pick`: which value each size has. */
  #capture(pick: (index: number) => 0 | 1 | 2): Captured {
    const shapes = this.#model.inputs.map(({ shape }) => shape.map((size) => size ?? 1));
    for (const [i, { places, values }] of this.#sizes.entries()) {
      for (const { input, axis } of places) (shapes[input] as number[])[axis] = values[pick(i)];
    }
    const graph = this.#captureGraph(this.#model, shapes);
    return { graph, structure: readStructure(graph) };
  }

  graph(): AnySizeGraph {
    const base = this.#capture(() => 0);
    const checked = this.#capture(() => 2);
    this.#checkStructure(base, checked);
    const varied = base.structure.nodes.flatMap(({ value }, i) =>
      !value || isSame(value, checked.structure.nodes[i]?.value as Constant) ? [] : [i],
    );
    if (varied.length === 0) return { ...base, computed: new Map() };
    const others = this.#sizes.map((_, changed) => this.#capture((i) => (i === changed ? 1 : 0)));
    for (const other of others) this.#checkStructure(base, other);
    const all = [base, ...others, checked];
    return { ...base, computed: new Map(varied.map((i) => [i, this.#compute(all, i)])) };
  }

  #checkStructure(a: Captured, b: Captured): void {
    const text = (node: CapturedNode | undefined) => JSON.stringify([node?.op, node?.attr, node?.inputs]);
    const { nodes } = a.structure;
    const different = nodes.findIndex((node, i) => text(node) !== text(b.structure.nodes[i]));
    if (different >= 0) dependsOnSizes(a, different);
    if (nodes.length !== b.structure.nodes.length) dependsOnSizes(a, nodes.length - 1);
  }

  #compute(all: Captured[], node: number): Computation {
    const constants = all.map(({ structure }) => structure.nodes[node]?.value as Constant);
    const [base] = constants as [Constant];
    const refuse = () => dependsOnSizes(all[0] as Captured, node);
    const transposed = this.#shapesOfTransposed(all, node);
    if (
      transposed ||
      (base.dtype === 'int32' && constants.every(({ shape }) => String(shape) === String(base.shape)))
    ) {
      const sum = this.#fit(all, node, transposed ?? constants.map(intsOf)) ?? refuse();
      return (parts, name, tensor) => writeSum(parts, name, tensor, transposed ? [4] : base.shape, sum);
    }
    const value = uniformValue(base);
    const isUniform = value && constants.every((constant) => String(uniformValue(constant)) === String(value));
    if (!isUniform || constants.some(({ shape }) => shape.length !== base.shape.length)) return refuse();
    const shapes = constants.map(({ shape }) => shape);
    const sum = this.#fit(all, node, shapes) ?? refuse();
    return (parts, name, tensor) => {
      const dims = writeSum(parts, name, tensor, [base.shape.length], sum);
      const { dtype } = base;
      const filler = parts.weight(`${name}/value`, { dtype, shape: [], byteLength: value.length, read: () => value });
      return parts.add(`${name}/Fill`, 'Fill', [dims, filler], { T: type(dtype), index_type: type('int32') });
    };
  }

  /** The shapes of what a transposed convolution returns, if the constant says them. TensorFlow.js wants all four sizes. */
  #shapesOfTransposed(all: Captured[], node: number): number[][] | undefined {
    const { nodes } = (all[0] as Captured).structure;
    const reader = nodes.findIndex(({ inputs }) => inputs.some(([read]) => read === node));
    if (nodes[reader]?.op !== 'Conv2DBackpropInput') return undefined;
    return all.map(({ structure }) => structure.nodes[reader]?.shape as number[]);
  }

  /** What gives these integers in all captures: of the free sizes, or of the sizes of what the reader of the node reads. */
  #fit(all: Captured[], node: number, values: number[][]): Sum | undefined {
    const { nodes, inputs } = (all[0] as Captured).structure;
    const free = this.#sizes.map(({ places: [place] }): Size => {
      const { input, axis } = place as FreeSize['places'][number];
      return { edge: inputs[input] as CapturedEdge, axis };
    });
    const readers = nodes.filter((reader) => reader.inputs.some(([read]) => read === node));
    const beside =
      readers.length === 1 ? (readers[0]?.inputs ?? []).filter(([read, output]) => read !== node && !output) : [];
    const local = beside.flatMap((edge) => (nodes[edge[0]]?.shape ?? []).map((_, axis): Size => ({ edge, axis })));
    const sizeIn = ({ structure }: Captured, { edge, axis }: Size) => structure.nodes[edge[0]]?.shape[axis] as number;
    const fits = (sizes: Size[]) =>
      fitElements(
        all.map((captured) => sizes.map((size) => sizeIn(captured, size))),
        values,
        sizes,
      );
    return fits(free) ?? (local.length > 0 ? fits(local) : undefined);
  }
}

/**
 * Finds for each integer a factor, a product of some of the sizes, and an offset that give it in all captures; in the
 * first place without sizes, then one, then several. `sizes` and `values`: by capture.
 */
function fitElements(sizes: number[][], values: number[][], names: Size[]): Sum | undefined {
  const count = values[0]?.length ?? 0;
  const terms = new Map<number, number[]>();
  const term = (subset: number) => {
    const known = terms.get(subset) ?? new Array<number>(count).fill(0);
    terms.set(subset, known);
    return known;
  };
  const isIn = (subset: number, i: number) => (subset >> i) % 2 === 1;
  const bits = (subset: number) => names.filter((_, i) => isIn(subset, i)).length;
  const subsets = Array.from({ length: 1 << Math.min(names.length, 8) }, (_, subset) => subset).sort(
    (a, b) => bits(a) - bits(b),
  );
  const products = subsets.map((subset) =>
    sizes.map((own) => own.reduce((product, size, i) => (isIn(subset, i) ? product * size : product), 1)),
  );
  for (let k = 0; k < count; ++k) {
    const wanted = values.map((list) => list[k] as number);
    const found = subsets.findIndex((subset, s) => lineThrough(products[s] as number[], wanted, subset === 0));
    if (found < 0) return undefined;
    const subset = subsets[found] as number;
    const [factor, offset] = lineThrough(products[found] as number[], wanted, subset === 0) as [number, number];
    term(subset)[k] = factor;
    if (subset !== 0) term(0)[k] = offset;
  }
  return Array.from(terms, ([subset, factors]) => ({ sizes: names.filter((_, i) => isIn(subset, i)), factors }));
}

/** The integers a and b with y = a x + b for all points. `isConstant`: the x are 1, and y = a. */
function lineThrough(x: number[], y: number[], isConstant: boolean): [a: number, b: number] | undefined {
  const [x0, y0] = [x[0] as number, y[0] as number];
  const other = x.findIndex((value) => value !== x0);
  if (isConstant) return y.every((value) => value === y0) ? [y0, 0] : undefined;
  if (other < 0) return undefined;
  const a = ((y[other] as number) - y0) / ((x[other] as number) - x0);
  const b = y0 - a * x0;
  const isExact = Number.isSafeInteger(a) && y.every((value, i) => value === a * (x[i] as number) + b);
  return isExact ? [a, b] : undefined;
}

function writeSum(
  parts: GraphParts,
  name: string,
  tensor: (edge: CapturedEdge) => string,
  shape: number[],
  sum: Sum,
): string {
  const integer = { T: type('int32') };
  const values = sum.map(({ sizes, factors }) => {
    const factor = parts.constant(`${name}/factor`, 'int32', shape, factors);
    return sizes.reduce((product, { edge, axis }) => {
      const size = sizeOf(parts, name, tensor(edge), axis);
      return parts.add(`${name}/Mul`, 'Mul', [product, size], integer);
    }, factor);
  });
  return values.reduce((a, b) => parts.add(`${name}/AddV2`, 'AddV2', [a, b], integer));
}

function sizeOf(parts: GraphParts, name: string, tensor: string, axis: number): string {
  const shape = parts.add(`${name}/Shape`, 'Shape', [tensor], { out_type: type('int32') });
  const at = (value: number) => parts.constant(`${name}/axis`, 'int32', [1], [value]);
  const attr = { T: type('int32'), Index: type('int32'), shrink_axis_mask: int(1) };
  return parts.add(`${name}/size`, 'StridedSlice', [shape, at(axis), at(axis + 1), at(1)], attr);
}

function dependsOnSizes({ graph, structure }: Captured, node: number): never {
  const reader = structure.nodes.find(({ inputs }) => inputs.some(([read]) => read === node)) ?? structure.nodes[node];
  throw new TfwasmError(
    'E_SHAPE',
    `${layerOf(graph, node)} (${reader?.op}) depends on the sizes of the inputs in a way that a graph cannot express; ` +
      'give the model inputs of known sizes, apart from the batch',
  );
}

/** The path of the layer that a node belongs to. */
export function layerOf({ layers }: ModelGraph, node: number): string {
  return layers.filter(([first]) => first <= node).at(-1)?.[1] ?? '';
}

function isSame(a: Constant, b: Constant): boolean {
  const hasSameShape = a.dtype === b.dtype && String(a.shape) === String(b.shape);
  const isEqual = (x: number | Uint8Array, i: number) => x === b.bytes[i] || String(x) === String(b.bytes[i]);
  return hasSameShape && (a.bytes as Uint8Array[]).every(isEqual);
}

const intsOf = ({ bytes }: Constant) => Array.from(new Int32Array((bytes as Uint8Array).slice().buffer));

/** The bytes of the one value that all elements have. */
function uniformValue({ bytes, dtype }: Constant): Uint8Array | undefined {
  if (dtype === 'string' || bytes.length === 0) return undefined;
  const first = (bytes as Uint8Array).slice(0, dtype === 'bool' ? 1 : 4);
  return (bytes as Uint8Array).every((byte, i) => byte === first[i % first.length]) ? first : undefined;
}
