// SPDX-License-Identifier: Apache-2.0
// The base of all layers: calls and connections. Built-in layers and custom ones extend it.
import { TfwasmError } from '../core/errors.js';
import { type DataType, dtypeNumber } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { tidy } from '../tensor/memory.js';
import { captureInput, inCapture } from '../autodiff/capture.js';
import type { Config } from './config.js';
import { currentExecution, execute, newExecution } from './execution.js';
import { checkInputSpecs, type InputSpecArgs } from './input-spec.js';
import type { Regularizer } from './regularizers.js';
import {
  checkShape,
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
import { WeightOwner } from './weight-owner.js';

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

/** Sizes to try in place of unknown ones. See src/layers/layer.cc. */
const TRIAL_BATCH = 2;
const TRIAL_SIZE = 60;

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
export abstract class Layer extends WeightOwner {
  /** @internal */
  static override readonly className: string = 'Layer';

  readonly id: number = lastId++;
  /** What inputs must fit. apply() throws E_SHAPE or E_DTYPE if they do not. */
  inputSpec: InputSpecArgs[] | undefined;
  supportsMasking = false;
  /** The shape of a batch, if the layer is the first of a model. */
  batchInputShape: Shape | undefined;
  /** The dtype of the input, if the layer is the first of a model. */
  inputDType: DataType;
  activityRegularizer: Regularizer | undefined;
  readonly inboundNodes: Node[] = [];
  #initialWeights: Tensor[] | undefined;
  #callHook: ((inputs: OneOrMore<Tensor>, kwargs: Kwargs) => void) | undefined;

  constructor(args: LayerArgs = {}, className?: string) {
    super(args, className);
    this.inputDType = args.inputDType ?? args.dtype ?? 'float32';
    this.#initialWeights = args.weights;
    if (args.batchInputShape) this.batchInputShape = checkShape(args.batchInputShape, `${this.name}: batchInputShape`);
    else if (args.inputShape) {
      this.batchInputShape = [args.batchSize ?? null, ...checkShape(args.inputShape, `${this.name}: inputShape`)];
    }
  }

  /** The layers that this one contains. */
  override get children(): readonly Layer[] {
    return [];
  }

  /** @internal The same by the attributes that they have in Keras. */
  get namedChildren(): NamedChildren {
    return [];
  }

  protected override get mayHaveWeights(): boolean {
    return this.build !== Layer.prototype.build;
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
    this.checkNotDisposed();
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
      checkInputSpecs(this.name, this.inputSpec, list);
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
      checkInputSpecs(this.name, this.inputSpec, inputs);
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
   * Calls the layer with two sizes in place of each unknown one, as InferOutputs() of the core does. Sizes of outputs that change with them are unknown.
   *
   * @param kwargs Symbolic tensors in it must be among the inputs.
   */
  protected tryCall(
    inputs: readonly { dtype: DataType; shape: Shape }[],
    kwargs: Kwargs = {},
  ): { dtype: DataType; shape: Shape }[] {
    const callWith = (scale: number) =>
      inCapture(() => {
        const tensors = this.placeholders(inputs, scale);
        const given = mapSymbolic(kwargs, (tensor) => tensors[inputs.indexOf(tensor)]) as Kwargs;
        const { outputs } = execute(newExecution(false), () => this.callWithMasks(tensors, [], given));
        return outputs.map(({ dtype, shape }) => ({
          dtype,
          shape: [...shape] as Shape,
        }));
      });
    const [first, second] = [callWith(1), callWith(2)];
    return first.map(({ dtype, shape }, i) => ({
      dtype,
      shape: shape.map((size, axis) => (size === second[i]?.shape[axis] ? size : null)),
    }));
  }

  /** Tensors without values. Unknown sizes are those to try, times `scale`. */
  protected placeholders(inputs: readonly { dtype: DataType; shape: Shape }[], scale: number): Tensor[] {
    return inputs.map(({ dtype, shape }) => {
      const sizes = shape.map((known, axis) => known ?? scale * (axis === 0 ? TRIAL_BATCH : TRIAL_SIZE));
      return captureInput({ dtype, shape: sizes, declared: shape });
    });
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

  // State and config

  /** @internal Whether the shape of the output depends on values, so that it is not known in a capture. */
  shapeNeedsValues(_training: boolean): boolean {
    return false;
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
}

export const specOf = ({ dtype, shape }: { dtype: DataType; shape: Shape }): [number, number[]] => [
  dtypeNumber(dtype),
  shape.map((size) => size ?? -1),
];
