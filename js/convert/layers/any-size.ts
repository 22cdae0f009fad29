// SPDX-License-Identifier: Apache-2.0
// Graphs of models whose inputs have sizes that are not known, such as that of the batch. What is captured is for certain
// sizes: constants may depend on them, such as the new shape of a Reshape. So the model is captured with several sizes,
// and what differs is computed from the shapes of the inputs.
import { TfwasmError } from '../../core/errors.js';
import type { LayersModel } from '../../layers-model/model.js';
import type { ModelGraph } from '../../layers-model/capture-graph.js';
import { type CapturedNode, type CapturedStructure, type Constant, readStructure } from './captured-structure.js';
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

/** Adds the nodes that compute a constant, under a name, and returns the last one. `input`: the name of an input. */
type Computation = (parts: GraphParts, name: string, input: (index: number) => string) => string;

type Captured = Omit<AnySizeGraph, 'computed'>;

/** Throws E_SHAPE if the graph depends on sizes in other ways. */
export function captureForAnySize(model: LayersModel): AnySizeGraph {
  try {
    return new Comparison(model, freeSizes(model, false)).graph();
  } catch (error) {
    // Inputs may have to agree in their sizes.
    const shared = freeSizes(model, true);
    if (!(error instanceof TfwasmError) || shared.length === freeSizes(model, false).length) throw error;
    return new Comparison(model, shared).graph();
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
  readonly #sizes: FreeSize[];

  constructor(model: LayersModel, sizes: FreeSize[]) {
    this.#model = model;
    this.#sizes = sizes;
  }

  /** `pick`: which value each size has. */
  #capture(pick: (index: number) => 0 | 1 | 2): Captured {
    const shapes = this.#model.inputs.map(({ shape }) => shape.map((size) => size ?? 1));
    for (const [i, { places, values }] of this.#sizes.entries()) {
      for (const { input, axis } of places) (shapes[input] as number[])[axis] = values[pick(i)];
    }
    const graph = this.#model.captureGraph(shapes);
    return { graph, structure: readStructure(graph.structure, graph.nodes) };
  }

  graph(): AnySizeGraph {
    const base = this.#capture(() => 0);
    const at = (index: number) => (captured: Captured) => captured.structure.nodes[index]?.value as Constant;
    const checked = this.#capture(() => 2);
    this.#checkStructure(base, checked);
    const varied = base.structure.nodes.flatMap(({ value }, i) => (!value || isSame(value, at(i)(checked)) ? [] : [i]));
    if (varied.length === 0) return { ...base, computed: new Map() };
    const others = this.#sizes.map((_, changed) => this.#capture((i) => (i === changed ? 1 : 0)));
    for (const other of others) this.#checkStructure(base, other);
    const compute = (i: number) => this.#compute(base, i, at(i)(base), others.map(at(i)), at(i)(checked));
    return { ...base, computed: new Map(varied.map((i) => [i, compute(i)])) };
  }

  #checkStructure(a: Captured, b: Captured): void {
    const text = (node: CapturedNode | undefined) => JSON.stringify([node?.op, node?.attr, node?.inputs]);
    const { nodes } = a.structure;
    const different = nodes.findIndex((node, i) => text(node) !== text(b.structure.nodes[i]));
    if (different >= 0) dependsOnSizes(a, different);
    if (nodes.length !== b.structure.nodes.length) dependsOnSizes(a, nodes.length - 1);
  }

  #compute(captured: Captured, node: number, base: Constant, others: Constant[], checked: Constant): Computation {
    const all = [base, ...others, checked];
    const refuse = () => dependsOnSizes(captured, node);
    if (base.dtype === 'int32' && all.every(({ shape }) => String(shape) === String(base.shape))) {
      const vector = this.#fit(intsOf(base), others.map(intsOf), intsOf(checked)) ?? refuse();
      return (parts, name, input) => this.#write(parts, name, input, base.shape, vector);
    }
    const value = uniformValue(base);
    const isUniform = value && all.every((constant) => String(uniformValue(constant)) === String(value));
    if (!isUniform || all.some(({ shape }) => shape.length !== base.shape.length)) return refuse();
    const shape =
      this.#fit(
        base.shape,
        others.map((other) => other.shape),
        checked.shape,
      ) ?? refuse();
    return (parts, name, input) => {
      const dims = this.#write(parts, name, input, [base.shape.length], shape);
      const { dtype } = base;
      const filler = parts.weight(`${name}/value`, { dtype, shape: [], byteLength: value.length, read: () => value });
      return parts.add(`${name}/Fill`, 'Fill', [dims, filler], { T: type(dtype), index_type: type('int32') });
    };
  }

  /** Integers as sums of multiples of the sizes: an offset, and factors by size. undefined if they are no such sums. */
  #fit(base: number[], others: number[][], checked: number[]): number[][] | undefined {
    const factors = this.#sizes.map(({ values: [first, other] }, i) =>
      base.map((value, k) => ((others[i]?.[k] as number) - value) / (other - first)),
    );
    const sum = (k: number, pick: 0 | 2) =>
      this.#sizes.reduce((total, { values }, i) => total + (factors[i]?.[k] as number) * values[pick], 0);
    const offsets = base.map((value, k) => value - sum(k, 0));
    const isExact = checked.every((value, k) => value === (offsets[k] as number) + sum(k, 2));
    return isExact && [offsets, ...factors].flat().every(Number.isSafeInteger) ? [offsets, ...factors] : undefined;
  }

  #write(
    parts: GraphParts,
    name: string,
    input: (index: number) => string,
    shape: number[],
    [offsets, ...factors]: number[][],
  ): string {
    const integer = { T: type('int32') };
    let sum = parts.constant(`${name}/offset`, 'int32', shape, offsets as number[]);
    for (const [i, { places }] of this.#sizes.entries()) {
      const own = factors[i] as number[];
      if (own.every((factor) => factor === 0)) continue;
      const place = places[0] as FreeSize['places'][number];
      const size = sizeOf(parts, name, input(place.input), place.axis, this.#model.inputs[place.input]?.dtype ?? '');
      const factor = parts.constant(`${name}/factor`, 'int32', shape, own);
      sum = parts.add(
        `${name}/AddV2`,
        'AddV2',
        [sum, parts.add(`${name}/Mul`, 'Mul', [factor, size], integer)],
        integer,
      );
    }
    return sum;
  }
}

function sizeOf(parts: GraphParts, name: string, input: string, axis: number, dtype: string): string {
  const shape = parts.add(`${name}/Shape`, 'Shape', [input], { T: type(dtype), out_type: type('int32') });
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
