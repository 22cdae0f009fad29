// SPDX-License-Identifier: Apache-2.0
// A graph of layers, which is a layer itself.
import { TfwasmError } from '../core/errors.js';
import { version_core } from '../core/version.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Config, serialize, toSnakeConfig } from './config.js';
import { currentExecution } from './execution.js';
import { functionalConfig } from './functional-config.js';
import { InputLayer } from './input-layer.js';
import { Layer, type MaskedTensors, type NamedChildren } from './layer.js';
import {
  type Kwargs,
  mapSymbolic,
  type Node,
  type OneOrMore,
  oneOrMore,
  type Shape,
  SymbolicTensor,
  toList,
} from './topology.js';

export interface ContainerArgs {
  inputs: OneOrMore<SymbolicTensor>;
  outputs: OneOrMore<SymbolicTensor>;
  name?: string | undefined;
  trainable?: boolean;
}

/** Every connected layer is one. */
const layerOf = ({ outboundLayer }: Node): Layer => outboundLayer as Layer;

export const nodeOf = (tensor: SymbolicTensor): Node => tensor.sourceLayer.inboundNodes[tensor.nodeIndex] as Node;

/** The calls that lead from `inputs` to `outputs`, each after those that it needs. */
function sortNodes(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): Node[] {
  const sorted = new Set<Node>();
  const open = new Set<Node>();
  const ends = new Set(inputs.map(nodeOf));
  // Iterative: models may be deeper than the stack.
  const pending = outputs.map(nodeOf).reverse();
  while (pending.length > 0) {
    const node = pending.at(-1) as Node;
    const next = ends.has(node) ? [] : node.inputTensors.map(nodeOf).filter((needed) => !sorted.has(needed));
    if (sorted.has(node) || next.length === 0) {
      pending.pop();
      open.delete(node);
      sorted.add(node);
      continue;
    }
    if (open.has(node)) throw new TfwasmError('E_LAYER', `the calls of layer ${node.outboundLayer.name} form a circle`);
    open.add(node);
    pending.push(...next.reverse());
  }
  return [...sorted];
}

/** Distances of layers from the outputs, which order `layers` as TensorFlow.js does. */
function depthsOf(nodes: readonly Node[]): Map<Node, number> {
  const depths = new Map<Node, number>();
  for (const node of [...nodes].reverse()) {
    const depth = depths.get(node) ?? 0;
    depths.set(node, depth);
    for (const needed of node.inputTensors.map(nodeOf)) {
      depths.set(needed, Math.max(depths.get(needed) ?? 0, depth + 1));
    }
  }
  return depths;
}

/** Layers with the most distant from the outputs first; of equal ones, in the order of their first call. */
function sortLayers(nodes: readonly Node[]): Layer[] {
  const depths = depthsOf(nodes);
  const byLayer = new Map<Layer, number>();
  for (const node of nodes) {
    const depth = depths.get(node) ?? 0;
    byLayer.set(layerOf(node), Math.max(byLayer.get(layerOf(node)) ?? 0, depth));
  }
  return [...byLayer.keys()].sort((a, b) => (byLayer.get(b) ?? 0) - (byLayer.get(a) ?? 0));
}

export class Container extends Layer {
  inputs: SymbolicTensor[];
  outputs: SymbolicTensor[];
  protected ownLayers: Layer[] = [];
  #nodes: Node[] = [];

  constructor(args: ContainerArgs, className?: string) {
    super(
      { ...(args.name !== undefined && { name: args.name }), ...(args.trainable === false && { trainable: false }) },
      className,
    );
    this.inputs = toList(args.inputs);
    this.outputs = toList(args.outputs);
    this.supportsMasking = true;
    this.refCount = 1;
    this.connect();
  }

  /** Finds the layers between inputs and outputs. */
  protected connect(): void {
    for (const tensor of [...this.inputs, ...this.outputs]) {
      if (tensor instanceof SymbolicTensor) continue;
      throw new TfwasmError('E_LAYER', `${this.name}: inputs and outputs of a model must be symbolic tensors`);
    }
    if (new Set(this.inputs).size !== this.inputs.length) {
      throw new TfwasmError(
        'E_LAYER',
        'The list of inputs passed to the model is redundant. All inputs should only appear once.',
      );
    }
    const before = this.ownLayers;
    this.#nodes = sortNodes(this.inputs, this.outputs);
    this.#checkInputs();
    this.ownLayers = sortLayers(this.#nodes);
    for (const layer of this.ownLayers) if (!before.includes(layer)) layer.retain();
    this.#checkNames();
    this.built = true;
    this.inboundNodes[0] = {
      outboundLayer: this,
      inputTensors: this.inputs,
      outputTensors: this.outputs,
      callArgs: {},
    };
  }

  #checkInputs(): void {
    const given = new Set(this.inputs.map(nodeOf));
    for (const node of this.#nodes) {
      if (node.inputTensors.length > 0 || given.has(node)) continue;
      throw new TfwasmError(
        'E_LAYER',
        `Graph disconnected: the layer ${node.outboundLayer.name} is not among the inputs of ${this.name}, but its ` +
          'outputs need it',
      );
    }
  }

  #checkNames(): void {
    const names = new Set<string>();
    for (const { name } of this.ownLayers) {
      if (names.has(name)) {
        throw new TfwasmError(
          'E_LAYER',
          `The name "${name}" is used by two layers in the model. All layer names should be unique.`,
        );
      }
      names.add(name);
    }
  }

  get layers(): Layer[] {
    return this.ownLayers;
  }

  override get children(): readonly Layer[] {
    return this.layers;
  }

  /** @internal */
  override get namedChildren(): NamedChildren {
    return [['layers', this.layers]];
  }

  /** The calls, each after those that it needs. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  get inputLayers(): Layer[] {
    return this.inputs.map(({ sourceLayer }) => sourceLayer as Layer);
  }

  get outputLayers(): Layer[] {
    return this.outputs.map(({ sourceLayer }) => sourceLayer as Layer);
  }

  get inputNames(): string[] {
    return this.inputs.map(({ sourceLayer }) => sourceLayer.name);
  }

  get outputNames(): string[] {
    return this.outputs.map(({ sourceLayer }) => sourceLayer.name);
  }

  /** A layer by name or by its place. Throws E_LAYER if there is none. */
  getLayer(name: string): Layer;
  getLayer(index: number): Layer;
  getLayer(name: string, index: number): Layer;
  getLayer(nameOrIndex?: string | number, index?: number): Layer {
    const place = typeof nameOrIndex === 'number' ? nameOrIndex : index;
    if (place !== undefined) {
      const layer = this.layers[place];
      if (layer) return layer;
      throw new TfwasmError(
        'E_LAYER',
        `Was asked to retrieve layer at index ${place}, but model only has ${this.layers.length} layer(s).`,
      );
    }
    if (nameOrIndex === undefined) throw new TfwasmError('E_LAYER', 'Provide either a layer name or layer index');
    const layer = this.layers.find(({ name }) => name === nameOrIndex);
    if (layer) return layer;
    throw new TfwasmError('E_LAYER', `No such layer: ${nameOrIndex}`);
  }

  override call(inputs: OneOrMore<Tensor>, { mask, ...kwargs }: Kwargs): OneOrMore<Tensor> {
    return oneOrMore(this.callWithMasks(inputs, toList<Tensor | undefined>(mask), kwargs).outputs);
  }

  override callWithMasks(inputs: OneOrMore<Tensor>, masks: (Tensor | undefined)[], kwargs: Kwargs): MaskedTensors {
    return this.executeTo(this.outputs, toList(inputs), masks, kwargs);
  }

  /** @internal What its layers compute, in this order. */
  get tensors(): SymbolicTensor[] {
    return this.#nodes.flatMap(({ outputTensors }) => outputTensors);
  }

  /** The calls on inputs of the model whose outputs have shapes that depend on values. */
  #earlyNodes(training: boolean): Node[] {
    const isEarly = (node: Node) =>
      layerOf(node).shapeNeedsValues(training) && node.inputTensors.every((input) => this.inputs.includes(input));
    return this.#nodes.filter(isEarly);
  }

  /** @internal The inputs, and the tensors that must be computed before the model is captured. */
  capturedInputs(training: boolean): SymbolicTensor[] {
    return [...this.inputs, ...this.#earlyNodes(training).flatMap(({ outputTensors }) => outputTensors)];
  }

  /** @internal Values for capturedInputs(). */
  withEarly(inputs: readonly Tensor[], training: boolean): Tensor[] {
    const early = this.#earlyNodes(training).flatMap((node) => {
      const values = node.inputTensors.map((tensor) => inputs[this.inputs.indexOf(tensor)] as Tensor);
      return layerOf(node).callWithMasks(values, [], { training }).outputs;
    });
    return [...inputs, ...early];
  }

  /** @internal Computes any tensors of the model from values for its inputs or for capturedInputs(). */
  executeTo(
    outputs: readonly SymbolicTensor[],
    inputs: readonly Tensor[],
    masks: readonly (Tensor | undefined)[],
    { training }: Kwargs,
  ): MaskedTensors {
    const given = inputs.length > this.inputs.length ? this.capturedInputs(training === true) : this.inputs;
    if (inputs.length !== given.length) {
      throw new TfwasmError('E_LAYER', `${this.name}: expected ${this.inputs.length} inputs, got ${inputs.length}`);
    }
    const values = new Map(given.map((tensor, i) => [tensor, inputs[i] as Tensor]));
    const maskOf = new Map(this.inputs.map((tensor, i) => [tensor, masks[i]]));
    const readValue = (tensor: SymbolicTensor): Tensor => {
      const value = values.get(tensor);
      if (value) return value;
      throw new TfwasmError('E_LAYER', `${this.name}: the tensor ${tensor.name} does not belong to the model`);
    };
    const needed = outputs === this.outputs ? this.#nodes : sortNodes(this.inputs, outputs);
    for (const node of needed) {
      const { inputTensors, outputTensors, callArgs } = node;
      const layer = layerOf(node);
      if (outputTensors.every((output) => values.has(output))) continue;
      const own = outputTensors[0]?.inputs ?? [];
      const kwargs = mapSymbolic(callArgs, readValue) as Kwargs;
      if (training !== undefined && kwargs['training'] === undefined) kwargs['training'] = training;
      const given = own.length > 0 ? own : inputTensors;
      const leave = currentExecution()?.enter?.(layer.name);
      const result = layer.blaming(() =>
        layer.callWithMasks(
          given.map(readValue),
          given.map((input) => maskOf.get(input)),
          kwargs,
        ),
      );
      leave?.();
      for (const [i, output] of outputTensors.entries()) {
        values.set(output, result.outputs[i] as Tensor);
        maskOf.set(output, result.masks[i]);
      }
    }
    return { outputs: outputs.map(readValue), masks: outputs.map((output) => maskOf.get(output)) };
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
    const specs = this.outputSpecs(shapes.map((shape, i) => ({ dtype: this.inputs[i]?.dtype ?? 'float32', shape })));
    return oneOrMore(specs.map(({ shape }) => shape)) as Shape | Shape[];
  }

  /** @internal */
  override outputSpecs(inputs: Parameters<Layer['outputSpecs']>[0]): ReturnType<Layer['outputSpecs']> {
    const isDeclared = inputs.every(({ shape }, i) => String(shape) === String(this.inputs[i]?.shape));
    if (isDeclared) return this.outputs.map(({ dtype, shape }) => ({ dtype, shape }));
    return this.tryCall(inputs);
  }

  override getConfig(): Config {
    return functionalConfig(this, (layer) => layer instanceof Container);
  }

  /**
   * The model without values of its weights, as Keras 2 writes it: for `tf.models.modelFromJSON`.
   *
   * @param returnString Whether to return a text rather than an object.
   */
  toJSON(_unused?: unknown, returnString?: true): string;
  toJSON(_unused: unknown, returnString: false): object;
  toJSON(_unused?: unknown, returnString = true): string | object {
    const topology = {
      ...toSnakeConfig({ ...serialize(this) }),
      keras_version: `tfjs-layers ${version_core}`,
      backend: 'tensor_flow.js',
    };
    return returnString ? JSON.stringify(topology) : topology;
  }

  protected override disposeWeights(): number {
    return this.layers.reduce((sum, layer) => sum + disposeIfBuilt(layer), 0);
  }
}

function disposeIfBuilt(layer: Layer): number {
  return layer instanceof InputLayer || !layer.built ? 0 : layer.dispose().numDisposedVariables;
}
