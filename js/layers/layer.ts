// SPDX-License-Identifier: Apache-2.0
// The base of all layers: name, weights, calls. Built-in layers and custom ones extend it.
import { TfwasmError } from '../core/errors.js';
import { type DataType, dtypeNumber } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { tidy } from '../tensor/memory.js';
import { captureInput, inCapture } from './capture.js';
import type { Config } from './config.js';
import { type Constraint, getConstraint } from './constraints.js';
import { currentExecution, execute, newExecution } from './execution.js';
import { getInitializer, type Initializer } from './initializers.js';
import { LayerVariable } from './layer-variable.js';
import { nameOfLayer } from './names.js';
import { getRegularizer, type Regularizer } from './regularizers.js';
import { Serializable } from './serialization.js';
import {
  checkShape,
  describeShape,
  type Kwargs,
  type Node,
  type OneOrMore,
  mapSymbolic,
  oneOrMore,
  type Shape,
  SymbolicTensor,
  symbolicIn,
  toList,
} from './topology.js';

/** Options that every layer takes. */
export interface LayerArgs {
  /** The shape of one example, for the first layer of a model. */
  inputShape?: Shape;
  /** The shape of a batch; overrides inputShape. */
  batchInputShape?: Shape;
  batchSize?: number;
  dtype?: DataType;
  /** Unique in a model. */
  name?: string;
  /** Whether training changes the weights. Default: true. */
  trainable?: boolean;
  /** The first values of the weights. */
  weights?: Tensor[];
  /** The dtype of the input, for the first layer of a model. Default: float32. */
  inputDType?: DataType;
}

/** The output of a call, with the mask of each tensor. */
export interface MaskedTensors {
  outputs: Tensor[];
  masks: (Tensor | undefined)[];
}

/** Layers, or lists of them, by the attributes that hold them in Keras. */
export type NamedChildren = readonly (readonly [attribute: string, child: Layer | readonly Layer[]])[];

/** A spec that inputs must fit. */
export interface InputSpecArgs {
  dtype?: DataType;
  shape?: Shape;
  ndim?: number;
  minNDim?: number;
  maxNDim?: number;
  /** Sizes by axis. */
  axes?: { [axis: number]: number };
}

let lastId = 0;

/**
 * A function with weights. Custom layers extend it:
 *
 * ```js
 * class Antirectifier extends tf.layers.Layer {
 *   static className = 'Antirectifier';
 *   computeOutputShape([batch, ...rest]) {
 *     return [batch, ...rest.slice(0, -1), 2 * rest.at(-1)];
 *   }
 *   call(inputs) {
 *     const x = Array.isArray(inputs) ? inputs[0] : inputs;
 *     return tf.concat([tf.relu(x), tf.relu(tf.neg(x))], -1);
 *   }
 * }
 * ```
 *
 * `call` is captured: the tensors that it gets have a dtype and a shape, and no value.
 */
export abstract class Layer extends Serializable {
  /** @internal */
  static override readonly className: string = 'Layer';

  readonly id: number = lastId++;
  name: string;
  inputSpec: InputSpecArgs[] | undefined;
  supportsMasking = false;
  readonly dtype: DataType;
  /** The shape of a batch, if the layer is the first of a model. */
  batchInputShape: Shape | undefined;
  /** The dtype of the input, if the layer is the first of a model. */
  inputDType: DataType;
  built = false;
  activityRegularizer: Regularizer | undefined;
  readonly inboundNodes: Node[] = [];
  /** @internal Before the names of weights, if it is not the layer's name: a path of layers that contain it. */
  weightScope: string | undefined;
  /** How many models have the layer, and the program itself. */
  protected refCount: number | undefined;
  /** @internal Those of the layer itself, not of layers in it. */
  readonly ownWeights: LayerVariable[] = [];
  readonly #regularizers = new Map<LayerVariable, Regularizer>();
  #initialWeights: Tensor[] | undefined;
  #isTrainable: boolean;
  #callHook: ((inputs: OneOrMore<Tensor>, kwargs: Kwargs) => void) | undefined;

  constructor(args: LayerArgs = {}, className?: string) {
    super();
    this.name = args.name ?? nameOfLayer(className ?? this.getClassName());
    this.#isTrainable = args.trainable ?? true;
    this.dtype = args.dtype ?? 'float32';
    this.inputDType = args.inputDType ?? args.dtype ?? 'float32';
    this.#initialWeights = args.weights;
    if (args.batchInputShape) this.batchInputShape = checkShape(args.batchInputShape, `${this.name}: batchInputShape`);
    else if (args.inputShape) {
      this.batchInputShape = [args.batchSize ?? null, ...checkShape(args.inputShape, `${this.name}: inputShape`)];
    }
  }

  // Weights

  get trainable(): boolean {
    return this.#isTrainable;
  }
  set trainable(trainable: boolean) {
    this.#isTrainable = trainable;
    for (const layer of this.children) layer.trainable = trainable;
  }

  /** The layers that this one contains. */
  get children(): readonly Layer[] {
    return [];
  }

  /** @internal The same by the attributes that they have in Keras. */
  get namedChildren(): NamedChildren {
    return [];
  }

  get trainableWeights(): LayerVariable[] {
    if (!this.trainable) return [];
    const own = this.ownWeights.filter((weight) => weight.trainable);
    return [...new Set([...own, ...this.children.flatMap((layer) => layer.trainableWeights)])];
  }

  get nonTrainableWeights(): LayerVariable[] {
    const own = this.trainable ? this.ownWeights.filter((weight) => !weight.trainable) : this.#trainableFirst();
    const inner = this.children.flatMap((layer) =>
      this.trainable ? layer.nonTrainableWeights : [...layer.trainableWeights, ...layer.nonTrainableWeights],
    );
    return [...new Set([...own, ...inner])];
  }

  #trainableFirst(): LayerVariable[] {
    return [...this.ownWeights].sort((a, b) => Number(b.trainable) - Number(a.trainable));
  }

  /** Trainable ones first. */
  get weights(): LayerVariable[] {
    return [...this.trainableWeights, ...this.nonTrainableWeights];
  }

  /** The values of the weights, as new tensors. */
  getWeights(trainableOnly = false): Tensor[] {
    const weights = trainableOnly ? this.trainableWeights : this.weights;
    return weights.map((weight) => {
      const value = weight.read();
      return new Tensor(value.storage.share(), value.dtype, value.shape);
    });
  }

  /** Sets all weights, in the order of `weights`. Throws E_LAYER if their number is wrong, E_SHAPE for shapes. */
  setWeights(values: Tensor[]): void {
    const { weights } = this;
    if (values.length !== weights.length) {
      throw new TfwasmError(
        'E_LAYER',
        `You called setWeights(weights) on layer "${this.name}" with a weight list of length ${values.length}, but the ` +
          `layer was expecting ${weights.length} weights`,
      );
    }
    for (const [i, weight] of weights.entries()) {
      const value = values[i] as Tensor;
      if (String(value.shape) !== String(weight.shape)) {
        throw new TfwasmError(
          'E_SHAPE',
          `Layer weight shape ${describeShape(weight.shape)} not compatible with provided weight shape ` +
            `${describeShape(value.shape)} (${weight.name})`,
        );
      }
    }
    for (const [i, weight] of weights.entries()) weight.write(values[i] as Tensor);
  }

  /** Adds a weight; for build(). */
  addWeight(
    name: string,
    shape: Shape,
    dtype?: DataType,
    initializer?: Initializer | string,
    regularizer?: Regularizer | null,
    trainable = true,
    constraint?: Constraint | null,
  ): LayerVariable {
    const sizes = shape.map((size) => {
      if (size !== null) return size;
      throw new TfwasmError('E_SHAPE', `${this.name}: the weight ${name} has an unknown size: ${describeShape(shape)}`);
    });
    const type = dtype ?? this.dtype;
    const first = getInitializer(initializer ?? 'zeros');
    const weight = new LayerVariable(
      type,
      sizes,
      () => tidy(() => first.apply(sizes, type)),
      `${this.weightScope ?? this.name}/${name}`,
      trainable,
      getConstraint(constraint),
    );
    const penalty = getRegularizer(regularizer);
    if (penalty) this.#regularizers.set(weight, penalty);
    this.ownWeights.push(weight);
    return weight;
  }

  /** The penalties of the weights: scalars to add to the loss. */
  calculateLosses(): Tensor[] {
    const own = [...this.#regularizers].map(([weight, penalty]) => penalty.apply(weight.read()));
    return [...own, ...this.children.flatMap((layer) => layer.calculateLosses())];
  }

  /** The number of values in the weights. Throws E_LAYER before the layer has been built. */
  countParams(): number {
    if (!this.built && this.weights.length === 0 && !this.#isWeightless()) {
      throw new TfwasmError(
        'E_LAYER',
        `You tried to call countParams() on ${this.name}, but the layer is not built yet. Build it first by calling ` +
          'build(batchInputShape).',
      );
    }
    return this.weights.reduce((sum, weight) => sum + weight.size, 0);
  }

  #isWeightless(): boolean {
    return this.build === Layer.prototype.build;
  }

  // Calls

  /** Creates the weights; called before the first call. */
  build(_inputShape: Shape | Shape[]): void {
    this.built = true;
  }

  /** The function itself. */
  call(inputs: OneOrMore<Tensor>, _kwargs: Kwargs): OneOrMore<Tensor> {
    return inputs;
  }

  /**
   * The shape of the output. Layers whose output has another shape than their input override it; if they do not, `call`
   * is tried.
   */
  computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
    const outputs = this.tryCall(shapes.map((shape) => ({ dtype: this.dtype, shape })));
    return oneOrMore(outputs.map(({ shape }) => shape)) as Shape | Shape[];
  }

  /** The mask of the outputs: that of the inputs if the layer supports masking. */
  computeMask(
    _inputs: OneOrMore<Tensor>,
    mask?: OneOrMore<Tensor | undefined>,
  ): OneOrMore<Tensor | undefined> | undefined {
    return this.supportsMasking ? mask : undefined;
  }

  /**
   * Calls the layer: on symbolic tensors, to build a model, or on tensors, to compute at once.
   *
   * @param kwargs `training`, `mask`, and others that the layer takes.
   */
  apply(inputs: OneOrMore<SymbolicTensor>, kwargs?: Kwargs): OneOrMore<SymbolicTensor>;
  apply(inputs: OneOrMore<Tensor>, kwargs?: Kwargs): OneOrMore<Tensor>;
  apply(
    inputs: OneOrMore<Tensor> | OneOrMore<SymbolicTensor>,
    kwargs?: Kwargs,
  ): OneOrMore<Tensor> | OneOrMore<SymbolicTensor>;
  apply(
    inputs: OneOrMore<Tensor> | OneOrMore<SymbolicTensor>,
    kwargs: Kwargs = {},
  ): OneOrMore<Tensor> | OneOrMore<SymbolicTensor> {
    this.#checkNotDisposed();
    const list = toList<Tensor | SymbolicTensor>(inputs);
    const isSymbolic = (input: unknown) => input instanceof SymbolicTensor;
    if (list.length > 0 && list.every(isSymbolic)) return this.#applySymbolic(list as SymbolicTensor[], kwargs);
    if (list.length > 0 && list.every((input) => input instanceof Tensor)) {
      return this.#applyToTensors(inputs as OneOrMore<Tensor>, kwargs);
    }
    throw new TfwasmError('E_LAYER', `${this.name}: Arguments to apply() must be all SymbolicTensors or all Tensors`);
  }

  #applyToTensors(inputs: OneOrMore<Tensor>, kwargs: Kwargs): OneOrMore<Tensor> {
    return this.blaming(() => {
      const list = toList(inputs);
      this.ensureBuilt(list.map(({ shape }) => [...shape]));
      this.refCount ??= 1;
      this.#callHook?.(inputs, kwargs);
      const { mask, ...rest } = kwargs;
      return tidy(() => oneOrMore(this.callWithMasks(inputs, toList(mask), rest).outputs));
    });
  }

  #applySymbolic(inputs: SymbolicTensor[], kwargs: Kwargs): OneOrMore<SymbolicTensor> {
    return this.blaming(() => {
      const extra = symbolicIn(kwargs).filter((tensor) => !inputs.includes(tensor));
      const inputTensors = [...inputs, ...extra];
      this.ensureBuilt(inputTensors.map(({ shape }) => shape));
      const specs = this.outputSpecs(inputTensors, kwargs);
      const outputTensors = specs.map(
        ({ dtype, shape }, i) => new SymbolicTensor(dtype, shape, this, inputs, kwargs, this.name, i),
      );
      for (const [i, output] of outputTensors.entries()) {
        output.nodeIndex = this.inboundNodes.length;
        output.tensorIndex = i;
      }
      this.inboundNodes.push({ outboundLayer: this, inputTensors, outputTensors, callArgs: kwargs });
      return oneOrMore(outputTensors);
    });
  }

  /** @internal Builds the layer if that has not happened. */
  ensureBuilt(shapes: Shape[]): void {
    if (this.built) return;
    this.build(oneOrMore(shapes) as Shape | Shape[]);
    this.built = true;
    if (this.#initialWeights) this.setWeights(this.#initialWeights);
    this.#initialWeights = undefined;
  }

  /** @internal The outputs for symbolic inputs. */
  outputSpecs(
    inputs: readonly { dtype: DataType; shape: Shape }[],
    _kwargs: Kwargs,
  ): { dtype: DataType; shape: Shape }[] {
    if (this.computeOutputShape === Layer.prototype.computeOutputShape) return this.tryCall(inputs);
    const given = this.computeOutputShape(oneOrMore(inputs.map(({ shape }) => shape)) as Shape | Shape[]);
    const shapes = (Array.isArray(given[0]) ? given : [given]) as Shape[];
    return shapes.map((shape) => ({ dtype: 'float32' as const, shape: checkShape(shape, this.name) }));
  }

  /**
   * Calls the layer with two sizes in place of unknown ones. Sizes of outputs that change with them are unknown.
   *
   * @param kwargs Symbolic tensors in it must be among the inputs.
   */
  protected tryCall(
    inputs: readonly { dtype: DataType; shape: Shape }[],
    kwargs: Kwargs = {},
  ): { dtype: DataType; shape: Shape }[] {
    const callWith = (size: number) =>
      inCapture(() => {
        const tensors = this.placeholders(inputs, size);
        const given = mapSymbolic(kwargs, (tensor) => tensors[inputs.indexOf(tensor)]) as Kwargs;
        const { outputs } = execute(newExecution(false), () => this.callWithMasks(tensors, [], given));
        return outputs.map(({ dtype, shape }) => ({
          dtype,
          shape: [...shape] as Shape,
        }));
      });
    const [first, second] = [callWith(240), callWith(480)];
    return first.map(({ dtype, shape }, i) => ({
      dtype,
      shape: shape.map((size, axis) => (size === second[i]?.shape[axis] ? size : null)),
    }));
  }

  /** Tensors without values, of these sizes. Replaces unknown ones by `size`. */
  protected placeholders(inputs: readonly { dtype: DataType; shape: Shape }[], size: number): Tensor[] {
    return inputs.map(({ dtype, shape }) =>
      captureInput({ dtype, shape: shape.map((known) => known ?? size), declared: shape }),
    );
  }

  /** @internal Calls the layer, with masks. `masks` may be shorter than the inputs. */
  callWithMasks(inputs: OneOrMore<Tensor>, masks: (Tensor | undefined)[], kwargs: Kwargs): MaskedTensors {
    const hasMask = masks.some((mask) => mask !== undefined);
    const mask = oneOrMore(masks);
    const outputs = toList(this.call(inputs, hasMask ? { ...kwargs, mask } : kwargs));
    const outputMasks = toList(this.computeMask(inputs, hasMask ? mask : undefined));
    if (outputs.some((output) => !(output instanceof Tensor))) {
      throw new TfwasmError('E_LAYER', 'call() must return a tensor or a list of tensors');
    }
    this.regularizeActivity(outputs);
    return { outputs, masks: outputMasks };
  }

  /** Calls a layer that this one contains. */
  protected callInner(
    layer: Layer,
    inputs: OneOrMore<Tensor>,
    masks: (Tensor | undefined)[],
    kwargs: Kwargs,
  ): MaskedTensors {
    return layer.blaming(() => layer.callWithMasks(inputs, masks, kwargs));
  }

  protected regularizeActivity(outputs: readonly Tensor[]): void {
    const execution = currentExecution();
    if (!this.activityRegularizer || !execution) return;
    for (const output of outputs) execution.losses.push(this.activityRegularizer.apply(output));
  }

  /** @internal Calls `f`; an error names the layer. */
  blaming<T>(f: () => T): T {
    try {
      return f();
    } catch (error) {
      if (!(error instanceof TfwasmError) || error.message.includes(this.name)) throw error;
      const { code, op, node, message } = error;
      throw new TfwasmError(code, `layer ${this.name} (${this.getClassName()}): ${message}`, {
        op,
        node,
        cause: error,
      });
    }
  }

  /** Calls `hook` before each call on tensors. */
  setCallHook(hook: (inputs: OneOrMore<Tensor>, kwargs: Kwargs) => void): void {
    this.#callHook = hook;
  }

  clearCallHook(): void {
    this.#callHook = undefined;
  }

  // Connections

  /** The input of the only call. Throws E_LAYER if the layer was called several times, or never. */
  get input(): OneOrMore<SymbolicTensor> {
    return oneOrMore(this.#onlyNode('input').inputTensors);
  }

  /** The output of the only call. Throws E_LAYER if the layer was called several times, or never. */
  get output(): OneOrMore<SymbolicTensor> {
    return oneOrMore(this.#onlyNode('output').outputTensors);
  }

  getInputAt(nodeIndex: number): OneOrMore<SymbolicTensor> {
    return oneOrMore(this.#nodeAt(nodeIndex).inputTensors);
  }

  getOutputAt(nodeIndex: number): OneOrMore<SymbolicTensor> {
    return oneOrMore(this.#nodeAt(nodeIndex).outputTensors);
  }

  #onlyNode(what: string): Node {
    const [node, second] = this.inboundNodes;
    if (node && !second) return node;
    const count = second ? 'multiple inbound nodes' : 'no inbound node';
    throw new TfwasmError(
      'E_LAYER',
      `Layer ${this.name} has ${count}, hence the notion of "layer ${what}" is ill-defined. Use get${
        what === 'input' ? 'Input' : 'Output'
      }At(nodeIndex) instead.`,
    );
  }

  #nodeAt(index: number): Node {
    const node = this.inboundNodes[index];
    if (node) return node;
    throw new TfwasmError('E_LAYER', `Layer ${this.name} has ${this.inboundNodes.length} calls, not one at ${index}`);
  }

  // State and life

  /** What the layer keeps between batches. It is not saved. */
  get stateVariables(): readonly LayerVariable[] {
    return this.children.flatMap((layer) => layer.stateVariables);
  }

  /** Whether the layer keeps state between batches. */
  get stateful(): boolean {
    return this.children.some((layer) => layer.stateful);
  }

  resetStates(): void {
    for (const layer of this.children) layer.resetStates();
  }

  getConfig(): Config {
    const { name, trainable, batchInputShape } = this;
    const config: Config = { name, trainable };
    if (batchInputShape) config['batchInputShape'] = batchInputShape;
    config['dtype'] = this.dtype;
    return config;
  }

  /** @internal Called by each model that has the layer. */
  retain(): void {
    this.refCount = (this.refCount ?? 0) + 1;
  }

  /** Frees the weights, once no model has the layer any more. Throws E_DISPOSED if they have been freed. */
  dispose(): { refCountAfterDispose: number; numDisposedVariables: number } {
    if (!this.built)
      throw new TfwasmError('E_LAYER', `Cannot dispose Layer ${this.name} because it has not been built yet.`);
    this.#checkNotDisposed();
    this.refCount = (this.refCount ?? 1) - 1;
    const numDisposedVariables = this.refCount === 0 ? this.disposeWeights() : 0;
    return { refCountAfterDispose: this.refCount, numDisposedVariables };
  }

  /** Returns how many. */
  protected disposeWeights(): number {
    const { weights } = this;
    for (const variable of [...weights, ...this.stateVariables]) variable.dispose();
    return weights.length;
  }

  #checkNotDisposed(): void {
    if (this.refCount === 0) throw new TfwasmError('E_DISPOSED', `Layer '${this.name}' is already disposed.`);
  }
}

export const specOf = ({ dtype, shape }: { dtype: DataType; shape: Shape }): [number, number[]] => [
  dtypeNumber(dtype),
  shape.map((size) => size ?? -1),
];
