// SPDX-License-Identifier: Apache-2.0
// Models made of layers.
import { loadBundle } from '../core/bundles.js';
import { describeError, TfwasmError } from '../core/errors.js';
import { publicFunction } from '../core/public-function.js';
import type { KerasFile, KerasFormat } from '../keras-files/index.js';
import type { IOHandler, SaveConfig, SaveResult, TrainingConfig } from '../io/types.js';
import type { NamedTensor } from '../io/weights-api.js';
import { concat } from '../ops/join.js';
import { slice } from '../ops/shape.js';
import { scalar } from '../tensor/factories.js';
import { dispose, keep, memory, tidy } from '../tensor/memory.js';
import type { NamedTensorMap, Scalar, Tensor } from '../tensor/tensor.js';
import type { History } from '../training/callbacks.js';
import type { DatasetLike, SampleWeights } from '../training/examples.js';
import { Optimizer } from '../training/optimizer.js';
import type {
  ModelCompileArgs,
  ModelEvaluateArgs,
  ModelEvaluateDatasetArgs,
  ModelFitArgs,
  ModelFitDatasetArgs,
} from '../training/options.js';
import { Progress } from '../training/progress.js';
import { Trainer } from '../training/trainer.js';
import { loadTraining } from '../training/loader.js';
import * as optimizerMakers from '../training/optimizer-makers.js';
import { Container, type ContainerArgs } from '../layers/container.js';
import { checkBatchSize, checkFeeds, type TensorOrMap } from '../layers/feeds.js';
import type { CaptureGraph } from './model-graph.js';
import { ModelRunner } from './model-runner.js';
import { namedWeights, setNamedWeights } from '../layers/named-weights.js';
import { printSummary } from '../layers/summary.js';
import { oneOrMore, type SymbolicTensor, toList } from '../layers/topology.js';

/** What model-files.js exports for models. */
type SavingFiles = Pick<typeof import('../layers/save-model.js'), 'saveModel'> &
  Pick<typeof import('../layers/keras-weights.js'), 'loadKerasWeights'> & { captureGraph: CaptureGraph };

const loadModelFiles = () => loadBundle('model-files.js') as Promise<SavingFiles>;

/** Options of predict(). */
export interface ModelPredictArgs {
  /** The number of examples that are computed at once. Default: that of the model's inputs, or 32. */
  batchSize?: number;
  /** Prints a line with the time. Default: false. */
  verbose?: 0 | 1 | 2 | boolean;
}

/** Options of a model. */
export type LayersModelArgs = ContainerArgs;

/**
 * A model: layers from its inputs to its outputs. Created by `tf.model`, `tf.sequential` or `tf.loadLayersModel`; usable
 * until `dispose()`.
 */
export class LayersModel extends Container {
  /** @internal */
  static override readonly className: string = 'Model';

  /** Set it in a callback to end training after the batch or epoch. */
  stopTraining = false;
  /** What the last call of fit() or fitDataset() logged. */
  history: History | undefined;
  readonly #runner = new ModelRunner(this);
  #trainer: Trainer | undefined;
  #compileArgs: ModelCompileArgs | undefined;
  #isOptimizerOwned = false;
  #savedSteps: Tensor | undefined;
  #userDefinedMetadata: object | undefined;
  #trainingConfig: TrainingConfig | undefined;
  #optimizerWeights: readonly NamedTensor[] = [];

  /**
   * Prepares the model for training.
   *
   * ```js
   * model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
   * await model.fit(images, labels, { epochs: 5 });
   * ```
   *
   * The weights that can be trained now are those that will be trained.
   *
   * @throws E_INPUT or E_LAYER for unknown optimizers, losses and metrics, and for names that are no outputs.
   */
  compile(args: ModelCompileArgs): void {
    this.checkNotDisposed();
    const isOwned = !(args.optimizer instanceof Optimizer);
    const optimizer = isOwned ? optimizerMakers.optimizerByName(String(args.optimizer)) : (args.optimizer as Optimizer);
    const trainer = new Trainer(this, optimizer, args);
    this.#disposeTrainer();
    this.#trainer = trainer;
    this.#compileArgs = args;
    this.#isOptimizerOwned = isOwned;
  }

  #compiled(method: string): Trainer {
    this.checkNotDisposed();
    if (this.#trainer) return this.#trainer;
    throw new TfwasmError(
      'E_INPUT',
      `The model needs to be compiled before being used: call model.compile() before model.${method}()`,
    );
  }

  /** Throws E_INPUT before compile(). */
  get optimizer(): Optimizer {
    return this.#compiled('optimizer').optimizer;
  }

  /** The names of what evaluate() returns. */
  get metricsNames(): string[] {
    return [...this.#compiled('metricsNames').objective.names];
  }

  /**
   * Trains the model with tensors.
   *
   * @param x The inputs: a tensor, or several in the order of the model or by name.
   * @param y The targets, likewise.
   * @returns The losses and metrics of each epoch.
   * @throws E_INPUT, E_SHAPE or E_DTYPE if they do not fit the model. The weights are then as before the step.
   */
  async fit(x: TensorOrMap, y: TensorOrMap, args: ModelFitArgs = {}): Promise<History> {
    this.history = await this.#compiled('fit').fit(x, y, args);
    return this.history;
  }

  /**
   * Trains the model with a dataset, whose elements are batches `{xs, ys}`. They are disposed.
   *
   * @throws As fit(), and what the dataset throws.
   */
  async fitDataset(dataset: DatasetLike, args: ModelFitDatasetArgs): Promise<History> {
    this.history = await this.#compiled('fitDataset').fitDataset(dataset, args);
    return this.history;
  }

  /**
   * One step of training. Returns the loss, followed by metrics if there are any.
   */
  async trainOnBatch(x: TensorOrMap, y: TensorOrMap, sampleWeight?: SampleWeights): Promise<number | number[]> {
    const values = await this.#compiled('trainOnBatch').trainOnBatch({ xs: x, ys: y, sampleWeight });
    return oneOrMore(values);
  }

  /** The loss, followed by metrics if there are any: means over all examples. See metricsNames. */
  evaluate(x: TensorOrMap, y: TensorOrMap, args: ModelEvaluateArgs = {}): Scalar | Scalar[] {
    const logs = this.#compiled('evaluate').evaluate({ xs: x, ys: y, sampleWeight: args.sampleWeight }, args);
    return oneOrMore(Object.values(logs).map((value) => scalar(value)));
  }

  /** The same for a dataset, whose elements are batches `{xs, ys}`. They are disposed. */
  async evaluateDataset(dataset: DatasetLike, args: ModelEvaluateDatasetArgs = {}): Promise<Scalar | Scalar[]> {
    const logs = await this.#compiled('evaluateDataset').evaluateDataset(dataset, args);
    return oneOrMore(Object.values(logs).map((value) => scalar(value)));
  }

  /** @internal Captures the graph of a model. */
  async graphCapture(): Promise<CaptureGraph> {
    return (await loadModelFiles()).captureGraph;
  }

  /** Computes the outputs for any number of examples, in batches. */
  predict(x: Tensor | Tensor[], args: ModelPredictArgs = {}): Tensor | Tensor[] {
    const progress = new Progress(args.verbose);
    return tidy(() => {
      const inputs = checkFeeds(this, x, true);
      const count = inputs[0]?.shape[0] ?? 0;
      const batchSize = checkBatchSize(this, count, args.batchSize);
      const steps = Math.ceil(count / batchSize);
      const results = this.#predictBatches(inputs, count, batchSize);
      progress.print('', steps, steps);
      return oneOrMore(results);
    });
  }

  #predictBatches(inputs: readonly Tensor[], count: number, batchSize: number): Tensor[] {
    if (count <= batchSize) return this.#runner.run(this.outputs, inputs);
    const batches: Tensor[][] = [];
    for (let begin = 0; begin < count; begin += batchSize) {
      const size = Math.min(batchSize, count - begin);
      const batch = inputs.map((input) => slice(input, begin, size));
      batches.push(this.#runner.run(this.outputs, batch));
    }
    return this.outputs.map((_, i) => concat(batches.map((outputs) => outputs[i] as Tensor)));
  }

  /** Computes the outputs for one batch. */
  predictOnBatch(x: Tensor | Tensor[]): Tensor | Tensor[] {
    return tidy(() => oneOrMore(this.#runner.run(this.outputs, checkFeeds(this, x))));
  }

  /**
   * Computes outputs of any layers.
   *
   * @param inputs In the order of `inputs`, or by the names of the input layers.
   * @param outputs Names of layers.
   * @throws E_LAYER if there is no such layer.
   */
  execute(inputs: Tensor | Tensor[] | NamedTensorMap, outputs: string | string[]): Tensor | Tensor[] {
    return tidy(() => {
      const tensors = toList(outputs).map((name) => this.#outputOf(name));
      const results = this.#runner.run(tensors, checkFeeds(this, inputs));
      return Array.isArray(outputs) ? results : (results[0] as Tensor);
    });
  }

  #outputOf(name: string): SymbolicTensor {
    for (const layer of this.layers) {
      for (const { outputTensors } of layer.inboundNodes) {
        const found = outputTensors.find((tensor) => tensor.name === name);
        if (found) return found;
      }
    }
    const layer = this.layers.find((candidate) => candidate.name === name);
    const output = layer && toList(layer.output)[0];
    if (output) return output;
    throw new TfwasmError('E_LAYER', `Cannot find SymbolicTensors for output name ${name}`);
  }

  /** Prints a table of the layers, their outputs and the numbers of their parameters. */
  summary(lineLength?: number, positions?: number[], printFn: (line: string) => void = console.log): void {
    printSummary(this, lineLength, positions, printFn);
  }

  /** Attaches data to the model, which is saved with it. Throws E_INPUT unless it is a plain object. */
  setUserDefinedMetadata(userDefinedMetadata: object): void {
    const isPlain = typeof userDefinedMetadata === 'object' && userDefinedMetadata !== null;
    if (
      !isPlain ||
      Array.isArray(userDefinedMetadata) ||
      Object.getPrototypeOf(userDefinedMetadata) !== Object.prototype
    ) {
      throw new TfwasmError('E_INPUT', 'userDefinedMetadata must be a plain object');
    }
    this.#userDefinedMetadata = structuredClone(userDefinedMetadata);
  }

  getUserDefinedMetadata(): object | undefined {
    return this.#userDefinedMetadata;
  }

  /** The weights by name; trainable ones first. The tensors stay the model's. */
  getNamedWeights(config?: SaveConfig): NamedTensor[] {
    return namedWeights(this, config?.trainableOnly ?? false);
  }

  /**
   * Sets weights by name.
   *
   * @param strict Whether all weights must be given, and no others. Throws E_WEIGHT_MISSING otherwise.
   */
  loadWeights(weights: NamedTensorMap, strict?: boolean): void;
  /**
   * Sets weights from a file of Keras, which need not have a model.
   *
   * @param source The URL of a .h5, .weights.h5 or .keras file, or an object with a `load` method.
   * @param options `byName` matches layers by name rather than by position; `strict: false` skips what does not fit.
   */
  loadWeights(
    source: string | Pick<IOHandler, 'load'>,
    options?: { byName?: boolean; strict?: boolean },
  ): Promise<void>;
  loadWeights(
    given: NamedTensorMap | string | Pick<IOHandler, 'load'>,
    options: boolean | { byName?: boolean; strict?: boolean } = true,
  ): void | Promise<void> {
    const isSource = typeof given === 'string' || typeof (given as Pick<IOHandler, 'load'>).load === 'function';
    if (isSource) {
      const source = given as string | Pick<IOHandler, 'load'>;
      const match = typeof options === 'object' ? options : { strict: options };
      return loadModelFiles().then(({ loadKerasWeights }) => loadKerasWeights(this, source, match));
    }
    setNamedWeights(this, given as NamedTensorMap, options !== false);
  }

  /**
   * Saves the layers and their weights.
   *
   * @param target A URL, whose scheme selects the medium: localstorage://, indexeddb://, opfs://, downloads://, file://
   *     (Node.js), http:// or https://; or an object with a `save` method.
   * @param config `includeOptimizer` saves the state of the optimizer, too.
   * @throws Errors of the handler: E_STORAGE, E_HTTP, ... Nothing is saved then.
   */
  async save(target: string | Pick<IOHandler, 'save'>, config?: SaveConfig): Promise<SaveResult> {
    const trainer = config?.includeOptimizer ? this.#trainer : undefined;
    const { saveModel } = await loadModelFiles();
    const training = trainer && (await loadTraining());
    const compileArgs = this.#compileArgs as ModelCompileArgs;
    const trainingConfig = () =>
      trainer ? training?.toTrainingConfig(compileArgs, trainer.optimizer) : this.#trainingConfig;
    const optimizerWeights = trainer ? await trainer.optimizer.getWeights() : this.#optimizerWeights;
    const userDefinedMetadata = this.#userDefinedMetadata;
    if (trainer) {
      // The number of steps is a new tensor, which what is saved may read again.
      this.#savedSteps?.dispose();
      this.#savedSteps = optimizerWeights[0] && keep(optimizerWeights[0].tensor);
    }
    const kerasTraining = (format: KerasFormat, isKeras3: boolean) =>
      trainer && training?.kerasTraining(trainer, compileArgs, format, isKeras3);
    const extras = { userDefinedMetadata, trainingConfig, optimizerWeights, kerasTraining };
    return saveModel(this, target, config, extras);
  }

  /**
   * @internal Continues the training of a loaded model. Takes ownership of the state of the optimizer. If something is
   * unknown, keeps both, to save them again.
   */
  async continueTraining(config: TrainingConfig, optimizerWeights: NamedTensor[]): Promise<void> {
    const { fromTrainingConfig } = await loadTraining();
    const isCompiled = await this.#tryCompile(
      () => fromTrainingConfig(config, optimizerMakers),
      () => optimizerWeights,
    );
    if (isCompiled) return dispose(optimizerWeights);
    this.#trainingConfig = config;
    this.#optimizerWeights = optimizerWeights;
  }

  /** @internal The same for a file of Keras. */
  async continueKerasTraining(file: KerasFile): Promise<void> {
    const { compileArgsOf, readState } = await loadTraining();
    let state: NamedTensor[] | undefined;
    await this.#tryCompile(
      () => compileArgsOf(file, optimizerMakers),
      (optimizer) => {
        state = readState(file.optimizerWeights, optimizer, this.trainableWeights);
        return state ?? [];
      },
    );
    dispose(state ?? []);
  }

  /** Compiles a loaded model. Warns if something is unknown. */
  async #tryCompile(
    readArgs: () => ModelCompileArgs,
    readState: (optimizer: Optimizer) => NamedTensor[],
  ): Promise<boolean> {
    try {
      this.compile(readArgs());
      this.#isOptimizerOwned = true;
      const state = readState(this.optimizer);
      if (state.length > 0) await this.optimizer.setWeights(state);
      return true;
    } catch (error) {
      console.warn(`The model is loaded without its training: ${describeError(error)}. Call compile() to train it.`);
      this.#disposeTrainer();
      return false;
    }
  }

  #disposeTrainer(): number {
    const optimizer = this.#isOptimizerOwned ? this.#trainer?.optimizer : undefined;
    const before = memory().numTensors;
    optimizer?.dispose();
    const count = before - memory().numTensors;
    this.#trainer?.dispose();
    this.#trainer = undefined;
    this.#savedSteps?.dispose();
    this.#savedSteps = undefined;
    dispose(this.#optimizerWeights);
    this.#optimizerWeights = [];
    this.#trainingConfig = undefined;
    return count;
  }

  /** Forgets captured programs, since layers have been added or removed. */
  protected forgetPrograms(): void {
    this.#runner.dispose();
    this.#trainer?.forgetPrograms();
  }

  override dispose(): { refCountAfterDispose: number; numDisposedVariables: number } {
    const result = super.dispose();
    if (result.refCountAfterDispose > 0) return result;
    this.#runner.dispose();
    return { ...result, numDisposedVariables: result.numDisposedVariables + this.#disposeTrainer() };
  }
}

/**
 * A model from symbolic inputs to symbolic outputs.
 *
 * ```js
 * const x = tf.input({ shape: [4] });
 * const hidden = tf.layers.dense({ units: 8, activation: 'relu' }).apply(x);
 * const y = tf.layers.dense({ units: 2 }).apply(hidden);
 * const model = tf.model({ inputs: x, outputs: y });
 * ```
 *
 * @throws E_LAYER if the outputs need inputs that are not given, or two layers have one name.
 */
export const model = publicFunction('model', (args: LayersModelArgs): LayersModel => new LayersModel(args));
