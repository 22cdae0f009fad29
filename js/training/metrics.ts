// SPDX-License-Identifier: Apache-2.0
// Metrics, with the names and options of Keras. The formulas are in src/training/.
import { TfwasmError } from '../core/errors.js';
import { callUser } from '../core/public-function.js';
import { type Config, toCamelConfig } from '../layers/config.js';
import { Configured, type CoreFunction, coreJson, makeRegistered, readDescription } from '../layers/configured.js';
import { currentExecution, updateVariable } from '../layers/execution.js';
import { getInitializer, type Initializer } from '../layers/initializers.js';
import { LayerVariable } from '../layers/layer-variable.js';
import { pythonName } from '../layers/names.js';
import type { SerializableConstructor } from '../layers/serialization.js';
import type { Shape } from '../layers/topology.js';
import { arg } from '../ops/arguments.js';
import { add, div, maximum, mul } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { onesLike } from '../ops/creation.js';
import { unstack } from '../ops/join.js';
import { reshape } from '../ops/shape.js';
import { runInScope } from '../tensor/scopes.js';
import { Tensor } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { isCapturing } from '../autodiff/capture.js';
import { callObjective, callTrainingCore } from '../autodiff/core.js';
import { Loss, type LossFunction, type LossOptions } from './losses.js';

/** A metric, its name ('accuracy', 'AUC'), its description, or a function or loss whose mean it is. */
export type MetricIdentifier = string | LossFunction | Loss | Metric | { className: string; config?: Config };

/** Options of the metrics of Keras. Each has some of them; those that are means of losses have those of the loss. */
export interface MetricOptions extends Omit<LossOptions, 'reduction'> {
  /** Binary accuracies, BinaryIoU, F scores (which take the largest class by default). */
  threshold?: number | null;
  /** Of rates such as Precision: one number, or a list for a list of results. Of AUC: those between 0 and 1. */
  thresholds?: number | number[] | null;
  /** AUC, rates at rates: 200 by default. */
  numThresholds?: number;
  /** Top-k accuracies: 5 by default. */
  k?: number;
  /** Precision, Recall: how many of the largest predictions of a row count as positive. */
  topK?: number | null;
  /** Precision, Recall, rates at rates: the class that counts, all by default. */
  classId?: number | null;
  /** AUC. */
  curve?: 'ROC' | 'PR' | 'PRGAIN';
  /** AUC. */
  summationMethod?: 'interpolation' | 'majoring' | 'minoring';
  /** AUC: whether it is the mean of those of the labels. */
  multiLabel?: boolean;
  labelWeights?: number[] | null;
  numLabels?: number | null;
  /** The least value in SensitivityAtSpecificity, PrecisionAtRecall, ... */
  specificity?: number;
  sensitivity?: number;
  recall?: number;
  precision?: number;
  /** F scores: null for a result per class. */
  average?: 'micro' | 'macro' | 'weighted' | null;
  /** IoU. */
  numClasses?: number;
  targetClassIds?: number[];
  sparseYTrue?: boolean;
  sparseYPred?: boolean;
  /** R2Score: null for a result per column. */
  classAggregation?: 'uniform_average' | 'variance_weighted_average' | null;
  numRegressors?: number;
  /** MeanRelativeError. */
  normalizer?: number | number[];
}

type Values = Tensor | TensorLike;

/** The mean of a batch, and the sum of the weights of its values. */
export interface BatchMean {
  mean: Tensor;
  weight?: Tensor | undefined;
}

/**
 * A number that describes predictions over many batches. Custom ones extend it:
 *
 * ```js
 * class Positives extends tf.metrics.Metric {
 *   static className = 'Positives';
 *   constructor() {
 *     super({ name: 'positives' });
 *     this.count = this.addWeight('count', []);
 *   }
 *   updateState(yTrue, yPred) {
 *     this.assign(this.count, tf.add(this.count.read(), tf.sum(tf.cast(tf.greater(yPred, 0.5), 'float32'))));
 *   }
 *   result() {
 *     return this.count.read().clone();
 *   }
 * }
 * ```
 */
export abstract class Metric extends Configured {
  readonly name: string;
  /** The state, and what it is at first. */
  readonly #weights = new Map<LayerVariable, () => Tensor>();

  constructor(args: { name?: string | undefined } = {}, described?: CoreFunction) {
    super(described);
    this.name = args.name ?? pythonName(this.getClassName() ?? 'Metric');
  }

  /** @internal Whether update() gives means instead of changing a state. */
  get isMean(): boolean {
    return false;
  }

  /** Creates the state, if it depends on the shape of predictions. Sizes may be null. */
  build(_yPredShape: Shape): void {}

  /** The variables of the state. */
  get weights(): LayerVariable[] {
    return [...this.#weights.keys()];
  }

  /** Adds a variable to the state: a float32 tensor. */
  addWeight(name: string, shape: number[], initializer: string | Initializer = 'zeros'): LayerVariable {
    const initial = () => getInitializer(initializer).apply(shape, 'float32');
    const weight = new LayerVariable('float32', shape, initial, `${this.name}/${name}`, false);
    this.#weights.set(weight, initial);
    // Captures know only variables that exist.
    weight.read();
    return weight;
  }

  /** Gives a variable its new value. It takes effect at once, or when the training step that is being run has ended. */
  protected assign(weight: LayerVariable, value: Tensor): void {
    updateVariable(weight, value);
  }

  /** Takes a batch into account. Must not depend on the values of tensors: training steps capture its ops. */
  abstract updateState(yTrue: Values, yPred: Values, sampleWeight?: Values | null): void;

  /** The value for all batches since the last reset: a scalar, or a value for each threshold or class. */
  abstract result(): Tensor;

  /** @internal Part of a training step: updates the state, or returns a mean for the caller to add up. */
  update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): BatchMean | undefined {
    this.updateState(yTrue, yPred, sampleWeight);
    return undefined;
  }

  /** @internal The value of result(). */
  read(): number | number[] {
    const result = this.result();
    const values = Array.from(result.dataSync());
    const { rank } = result;
    result.dispose();
    return rank === 0 ? (values[0] as number) : values;
  }

  /** Forgets all batches. */
  resetStates(): void {
    for (const [weight, initial] of this.#weights) {
      const value = initial();
      weight.write(value);
      value.dispose();
    }
  }

  /** The same under its name in Keras. */
  resetState(): void {
    this.resetStates();
  }

  /** Frees the state. */
  dispose(): void {
    for (const weight of this.#weights.keys()) weight.dispose();
    this.#weights.clear();
  }

  override getConfig(): Config {
    return { ...super.getConfig(), name: this.name };
  }

  /** @internal The same metric with a state of its own. */
  copy(): Metric {
    const Class = this.constructor as SerializableConstructor<Metric>;
    return Class.fromConfig(Class, this.getConfig());
  }
}

class CoreMetric extends Metric {
  readonly #values: LossFunction | undefined;
  readonly #isMean: boolean;
  #state: LayerVariable | undefined;

  /**
   * @param values Of which the metric is the mean, if the core has no function for them.
   * @throws E_LAYER for unknown names and wrong options, E_SHAPE if the state depends on an unknown dimension.
   */
  constructor(described: CoreFunction, name: string | undefined, shape: Shape | undefined, values?: LossFunction) {
    const { className, isMean } = info(coreJson(described), shape ?? [1]);
    super({ name }, { ...described, className });
    this.#values = values;
    this.#isMean = isMean;
    if (shape) this.build(shape);
  }

  override get isMean(): boolean {
    return this.#isMean;
  }

  override build(yPredShape: Shape): void {
    if (!this.#isMean) this.#build(yPredShape);
  }

  #build(shape: Shape): LayerVariable {
    if (this.#state) return this.#state;
    if (isCapturing()) throw new TfwasmError('E_LAYER', `the metric ${this.name} has no state yet`);
    this.#state = this.addWeight('state', info(this.json, shape).state);
    return this.#state;
  }

  /** What a batch adds to a state, and this state if there is one. */
  #update(yTrue: Values, yPred: Values, sampleWeight: Values | null | undefined, state?: Tensor): Tensor {
    const given = [arg(yTrue, 'yTrue', 'numeric'), arg(yPred, 'yPred', 'numeric')] as const;
    const values = this.#values && valuesOf(this.#values, ...given, this.name);
    const weight = sampleWeight === undefined || sampleWeight === null ? undefined : arg(sampleWeight, 'sampleWeight');
    return callObjective('update', this.json, [state, values ?? given[0], values ?? given[1], weight]);
  }

  override updateState(yTrue: Values, yPred: Values, sampleWeight?: Values | null): void {
    const body = () => {
      const prediction = arg(yPred, 'yPred', 'numeric');
      const state = this.#build(prediction.shape);
      const value = this.#update(yTrue, prediction, sampleWeight, state.read());
      this.assign(state, value);
      return value;
    };
    runInScope(body, (value) => (currentExecution() ? [value] : []), []);
  }

  override update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): BatchMean | undefined {
    if (!this.#isMean) return super.update(yTrue, yPred, sampleWeight);
    const [sum, weight] = unstack(this.#update(yTrue, yPred, sampleWeight)) as [Tensor, Tensor];
    return { mean: div(sum, weight), weight };
  }

  override result(): Tensor {
    return callObjective('result', this.json, [this.#build([1]).read()]);
  }

  override copy(): Metric {
    const { name, ...config } = this.getConfig();
    return new CoreMetric({ className: this.getClassName(), config }, name as string, undefined, this.#values);
  }
}

/** The mean of tensors of one shape, element by element. Like 'Mean', it takes them as the labels. */
class MeanTensor extends Metric {
  static override readonly className = 'MeanTensor';
  #state: [total: LayerVariable, count: LayerVariable] | undefined;

  constructor(args: { name?: string; shape?: number[] | null } = {}) {
    super(args);
    if (args.shape) this.#build(args.shape);
  }

  #build(shape: readonly number[]): [LayerVariable, LayerVariable] {
    this.#state ??= [this.addWeight('total', [...shape]), this.addWeight('count', [...shape])];
    return this.#state;
  }

  /** @throws E_SHAPE if the shape is another one than before. */
  override updateState(given: Values, _yPred?: Values, sampleWeight?: Values | null): void {
    const body = () => {
      const values = cast(arg(given, 'values', 'numeric'), 'float32');
      const [total, count] = this.#build(values.shape);
      const ones = onesLike(values);
      const weights = sampleWeight === undefined || sampleWeight === null ? ones : arg(sampleWeight, 'sampleWeight');
      const shape = [...weights.shape, ...values.shape.slice(weights.rank).map(() => 1)];
      const counts = mul(ones, reshape(weights, shape));
      const sums = [add(total.read(), mul(values, counts)), add(count.read(), counts)] as const;
      this.assign(total, sums[0]);
      this.assign(count, sums[1]);
      return sums;
    };
    runInScope(body, (sums) => (currentExecution() ? sums : []), []);
  }

  override result(): Tensor {
    const [total, count] = this.#build([]);
    return div(total.read(), maximum(count.read(), 1e-30));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), shape: this.#state?.[0].shape ?? null };
  }
}

/** Keras has null where the core needs a word. */
const withoutNulls = (config: Config): Config =>
  config['classAggregation'] === null ? { ...config, classAggregation: 'none' } : config;

interface MetricInfo {
  className: string;
  isMean: boolean;
  state: number[];
}

function info(json: string, shape: Shape): MetricInfo {
  const sizes = shape.map((size) => size ?? -1);
  const [className, isMean, state] = JSON.parse(callTrainingCore((core) => core.describeMetric(json, sizes)));
  return { className, isMean, state };
}

function valuesOf(f: LossFunction, yTrue: Tensor, yPred: Tensor, name: string): Tensor {
  const values = callUser(f, yTrue, yPred);
  if (values instanceof Tensor) return values;
  throw new TfwasmError('E_INPUT', `the metric '${name}' must return a tensor`);
}

/** What these names mean depends on the shapes of labels and predictions. */
const BY_SHAPE = new Map([
  ['accuracy', 'AccuracyByShape'],
  ['acc', 'AccuracyByShape'],
  ['crossentropy', 'CrossentropyByShape'],
  ['ce', 'CrossentropyByShape'],
]);

/**
 * A metric: itself, or that of a name, description or function. A loss gives the mean of its values.
 *
 * @param yPredShape Of the predictions, as far as known. Without it, the state is created by the first update, which must
 *     not be part of a training step.
 * @param loss 'crossentropy' is that of logits if the loss is.
 * @throws E_LAYER for unknown names and wrong options, E_SHAPE if the state depends on an unknown dimension.
 */
export function getMetric(identifier: MetricIdentifier, yPredShape?: Shape, loss?: Loss): Metric {
  if (identifier instanceof Metric) {
    if (yPredShape) identifier.build(yPredShape);
    return identifier;
  }
  const ofValues = (values: LossFunction, name: string) =>
    new CoreMetric({ className: 'Mean', config: {} }, name, yPredShape, values);
  if (identifier instanceof Loss) return ofValues((yTrue, yPred) => identifier.call(yTrue, yPred), identifier.name);
  if (typeof identifier === 'function') return ofValues(identifier, identifier.name || 'metric');
  const described = readDescription(identifier, 'metric');
  const custom = makeRegistered<Metric>(described);
  if (custom) return custom;
  const { name, ...config } = withoutNulls(toCamelConfig(described.config)) as { name?: string } & Config;
  if (/^mean_?tensor$/i.test(described.className))
    return new MeanTensor({ ...described.config, ...(name && { name }) });
  if (typeof identifier !== 'string') return new CoreMetric({ ...described, config }, name, yPredShape);
  const className = BY_SHAPE.get(identifier);
  const fromLogits = className === 'CrossentropyByShape' && loss?.getConfig()['fromLogits'] === true;
  const options: Config = fromLogits ? { fromLogits } : {};
  return new CoreMetric({ className: className ?? identifier, config: options }, identifier, yPredShape);
}
