// SPDX-License-Identifier: Apache-2.0
// Layers of the core (src/layers/).
import type { LayerCallResult, SpecDescription } from '../core/core-module.js';
import { type DataType, dtypeFromNumber } from '../tensor/dtype.js';
import { Tensor, tensorsOfHandles } from '../tensor/tensor.js';
import { callTrainingCore } from '../autodiff/core.js';
import { type Activation, getCustomActivation, savedActivation } from './activations.js';
import { type CoreLayer, coreLayerOf } from './core-layer.js';
import { type Config, serialize, toCamelConfig, toSnakeCase, toSnakeConfig } from './config.js';
import { getConstraint } from './constraints.js';
import { currentExecution, programsAreOutdated, updateVariable } from './execution.js';
import { getInitializer } from './initializers.js';
import { Layer, type LayerArgs, type MaskedTensors, specOf } from './layer.js';
import { getRegularizer } from './regularizers.js';
import { Serializable } from './serialization.js';
import { type Kwargs, type OneOrMore, oneOrMore, type Shape, toList } from './topology.js';

/** The options of a built-in layer: those of every layer, and those that Keras documents, in camel case. */
export interface BuiltInLayerArgs extends LayerArgs {
  // biome-ignore lint/suspicious/noExplicitAny: each layer has options of its own.
  [key: string]: any;
}

/** What the layer of the core does not read. */
const COMMON_KEYS = new Set([
  'name',
  'trainable',
  'dtype',
  'inputShape',
  'batchInputShape',
  'batchSize',
  'inputDType',
  'weights',
  'activityRegularizer',
]);

/** Keys that say nothing about what a layer computes, or are read here. */
const WITHOUT_EFFECT = ['input_dim', 'input_length', 'implementation'];

/** Layers that change images while training. */
const ALWAYS_TRAINING = /^(Random|Solarization|Equalization)/;

const listShapes = (shape: Shape | Shape[]): Shape[] => (Array.isArray(shape[0]) ? shape : [shape]) as Shape[];

/** With the shape of the input that `inputDim` and `inputLength` stand for, in a layer that may be the first of a model. */
function withInputShape(className: string, args: BuiltInLayerArgs): BuiltInLayerArgs {
  if (args.inputShape || args.batchInputShape) return args;
  const { inputDim, inputLength } = args;
  if (className === 'Embedding') return { ...args, inputShape: inputLength ? toList<number>(inputLength) : [null] };
  if (inputDim === undefined || inputDim === null) return args;
  return { ...args, inputShape: inputLength ? [inputLength, inputDim] : [inputDim] };
}

/** Layers of which many models have many, and whose output is like the input that they are built for. */
const SAME_OUTPUT = /^(BatchNormalization|ReLU|LeakyReLU|Dropout)$/;

/** Keys whose values name functions, in any spelling. Keras knows only names in snake case. */
const NAMES_FUNCTION = /(initializer|regularizer|constraint|activation)$/;

/** Replaces activations that are written in JavaScript by 'linear', and returns them. */
function takeCustomActivations(own: Config): Record<string, Activation> {
  const custom: Record<string, Activation> = {};
  for (const key of ['activation', 'recurrentActivation']) {
    const activation = getCustomActivation(own[key]);
    if (!activation) continue;
    custom[key] = activation;
    own[key] = 'linear';
  }
  return custom;
}

const keyOf = (description: unknown): string => JSON.stringify(description);

/** Tensors among keyword arguments follow the inputs. Their places are in the argument `tensors`, by name. */
function readKwargs(kwargs: Kwargs, count: number): { extra: Tensor[]; args: Config } {
  const extra: Tensor[] = [];
  const tensors: Record<string, number[]> = {};
  const args: Config = {};
  for (const [key, value] of Object.entries(kwargs)) {
    const given = toList<unknown>(value as OneOrMore<unknown>).filter((element) => element instanceof Tensor);
    if (given.length === 0) args[toSnakeCase(key)] = value;
    else {
      tensors[toSnakeCase(key)] = given.map((_, i) => count + extra.length + i);
      extra.push(...given);
    }
  }
  if (extra.length > 0) args['tensors'] = tensors;
  return { extra, args };
}

export class BuiltInLayer extends Layer {
  readonly #className: string;
  readonly #generation: number;
  #layer!: CoreLayer;
  #config: Config | undefined;
  /** The inputs that the weights are for. */
  #builtFor: SpecDescription[] | undefined;
  /** Activations that are written in JavaScript, by their keys. The core has 'linear' for them. */
  protected readonly customActivations: Readonly<Record<string, Activation>>;
  /** Objects of the config, such as initializers, by their description. */
  readonly #objects = new Map<string, Serializable>();

  /** @param generation 3 if Keras 3 wrote the config, else 2: some names mean different functions. */
  constructor(className: string, args: BuiltInLayerArgs = {}, generation = 2) {
    super(withInputShape(className, args), className);
    this.#className = className;
    this.#generation = generation;
    this.activityRegularizer = getRegularizer(args['activityRegularizer']);
    const own = Object.fromEntries(Object.entries(args).filter(([key]) => !COMMON_KEYS.has(key)));
    this.customActivations = takeCustomActivations(own);
    for (const value of Object.values(own)) {
      if (value instanceof Serializable) this.#objects.set(keyOf(toSnakeConfig(serialize(value))), value);
    }
    this.#create(toSnakeConfig(own));
  }

  #create(own: Config): void {
    for (const [key, value] of Object.entries(own)) {
      // Names of classes stay as they are.
      const isName = typeof value === 'string' && NAMES_FUNCTION.test(key) && /^[a-z]/.test(value);
      if (isName) own[key] = toSnakeCase(value);
    }
    const json = JSON.stringify(own);
    this.#layer = this.blaming(() => coreLayerOf(this.#className, json, this.#generation));
    this.#config = undefined;
    const { unknown } = this.#layer;
    if (unknown === '[]') return;
    const ignored = (JSON.parse(unknown) as string[]).filter((key) => !WITHOUT_EFFECT.includes(key));
    if (ignored.length > 0) console.warn(`layer ${this.name} (${this.#className}) ignores: ${ignored.join(', ')}`);
  }

  /** @internal */
  override shapeNeedsValues(training: boolean): boolean {
    return training && /^Random(Height|Width)$/.test(this.#className);
  }

  /** @internal The config as the core has it, in snake case. */
  get coreConfig(): Config {
    this.#config ??= JSON.parse(this.#layer.config) as Config;
    return this.#config;
  }

  /** Makes the layer of the core anew, with other values in its config. It must have no weights. */
  protected reconfigure(changes: Config): void {
    const old = this.#layer;
    this.#create({ ...this.coreConfig, ...changes });
    old.dispose();
    programsAreOutdated();
  }

  /** What is applied to the outputs of the core. */
  protected get outputActivation(): Activation | undefined {
    return this.customActivations['activation'];
  }

  /** @internal Of Keras: that of the config. */
  get generation(): number {
    return this.#generation;
  }

  override getClassName(): string {
    return this.#className;
  }

  override getConfig(): Config {
    const config = { ...super.getConfig(), ...toCamelConfig(this.coreConfig) };
    for (const [key, activation] of Object.entries(this.customActivations)) config[key] = savedActivation(activation);
    if (this.activityRegularizer) config['activityRegularizer'] = serialize(this.activityRegularizer);
    return config;
  }

  override build(inputShape: Shape | Shape[]): void {
    this.#builtFor = this.#specsOf(listShapes(inputShape));
    for (const weight of this.#layer.weightsFor(this.#builtFor)) {
      const [dtype, shape] = weight.tensor;
      this.addWeight(
        weight.name,
        shape,
        dtypeFromNumber(dtype),
        getInitializer(this.#objectOf(weight.initializer) ?? 'zeros'),
        getRegularizer(this.#objectOf(weight.regularizer)),
        weight.trainable,
        getConstraint(this.#objectOf(weight.constraint)),
      );
    }
    this.built = true;
  }

  #objectOf(description: unknown): unknown {
    return this.#objects.size === 0 ? description : (this.#objects.get(keyOf(description)) ?? description);
  }

  #specsOf(shapes: Shape[]): SpecDescription[] {
    return shapes.map((shape) => specOf({ dtype: this.inputDType, shape }));
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const inputs = listShapes(inputShape).map((shape) => ({ dtype: this.inputDType, shape }));
    return oneOrMore(this.outputSpecs(inputs).map(({ shape }) => shape)) as Shape | Shape[];
  }

  override outputSpecs(inputs: readonly { dtype: DataType; shape: Shape }[]): { dtype: DataType; shape: Shape }[] {
    if (this.outputActivation) return this.tryCall(inputs);
    const specs = inputs.map(specOf);
    const isSame = inputs[0]?.dtype === 'float32' && JSON.stringify(specs) === JSON.stringify(this.#builtFor);
    if (isSame && SAME_OUTPUT.test(this.#className)) return [...inputs];
    const builtFor = this.#builtFor ?? this.#specsOf(inputs.map(({ shape }) => shape));
    return this.#layer.outputsFor(builtFor, specs).map(([dtype, shape]) => ({
      dtype: dtypeFromNumber(dtype),
      shape: shape.map((size) => (size < 0 ? null : size)),
    }));
  }

  override call(inputs: OneOrMore<Tensor>, { mask, ...kwargs }: Kwargs): OneOrMore<Tensor> {
    return oneOrMore(this.callWithMasks(inputs, toList<Tensor | undefined>(mask), kwargs).outputs);
  }

  override callWithMasks(inputs: OneOrMore<Tensor>, masks: (Tensor | undefined)[], kwargs: Kwargs): MaskedTensors {
    const given = toList(inputs);
    // As in Keras, random changes of images are made unless a model says that it is not training.
    const { training = currentExecution()?.training ?? ALWAYS_TRAINING.test(this.#className), ...rest } = kwargs;
    const { extra, args } = readKwargs(rest, given.length);
    const json = Object.keys(args).length > 0 ? JSON.stringify(args) : '';
    // A frozen normalization keeps its statistics, and uses them.
    const isTraining = training && (this.trainable || this.#className !== 'BatchNormalization');
    const handles = [...given, ...extra].map((input) => input.storage.handle());
    const maskHandles = masks.map((mask) => mask?.storage.handle() ?? 0);
    const weights = this.ownWeights.map((weight) => weight.read().storage.handle());
    const result = callTrainingCore((core) =>
      core.callLayer(this.#layer.handle, handles, maskHandles, weights, isTraining, json),
    );
    return this.#take(result);
  }

  #take({ outputs = [], masks = [], updated = [], updates = [], losses = [] }: LayerCallResult): MaskedTensors {
    for (const [i, value] of tensorsOfHandles(updates).entries()) {
      const weight = this.ownWeights[updated[i] as number];
      if (weight) updateVariable(weight, value);
    }
    currentExecution()?.losses.push(...tensorsOfHandles(losses));
    let results = tensorsOfHandles(outputs);
    const activation = this.outputActivation;
    if (activation) results = results.map((output) => activation.apply(output));
    this.regularizeActivity(results);
    return { outputs: results, masks: masks.map((mask) => (mask === 0 ? undefined : tensorsOfHandles([mask])[0])) };
  }
}
