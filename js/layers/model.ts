// SPDX-License-Identifier: Apache-2.0
// Models made of layers.
import { TfwasmError } from '../core/errors.js';
import { publicFunction } from '../core/public-function.js';
import type { IOHandler, SaveConfig, SaveResult, TrainingConfig } from '../io/types.js';
import type { NamedTensor } from '../io/weights-api.js';
import { concat } from '../ops/join.js';
import { slice } from '../ops/shape.js';
import { cast } from '../ops/cast.js';
import { dispose, tidy } from '../tensor/memory.js';
import { type NamedTensorMap, Tensor } from '../tensor/tensor.js';
import { Container, type ContainerArgs } from './container.js';
import { loadKerasWeights } from './keras-weights.js';
import { ModelRunner } from './model-runner.js';
import { namedWeights, setNamedWeights } from './named-weights.js';
import { saveModel } from './save-model.js';
import { printSummary } from './summary.js';
import { describeShape, oneOrMore, type SymbolicTensor, toList } from './topology.js';

/** Options of predict(). */
export interface ModelPredictArgs {
  /** The number of examples that are computed at once. Default: that of the model's inputs, or 32. */
  batchSize?: number;
  verbose?: boolean;
}

/** Options of a model. */
export type LayersModelArgs = ContainerArgs;

/** A symbolic tensor fits values of a shape if known sizes are equal. */
function fits(declared: readonly (number | null)[], shape: readonly number[]): boolean {
  return declared.length === shape.length && declared.every((size, axis) => size === null || size === shape[axis]);
}

/**
 * A model: layers from its inputs to its outputs. Created by `tf.model`, `tf.sequential` or `tf.loadLayersModel`; usable
 * until `dispose()`.
 */
export class LayersModel extends Container {
  /** @internal */
  static override readonly className: string = 'Model';

  readonly #runner = new ModelRunner(this);
  #userDefinedMetadata: object | undefined;
  #trainingConfig: TrainingConfig | undefined;
  #optimizerWeights: readonly NamedTensor[] = [];

  /** Computes the outputs for any number of examples, in batches. */
  predict(x: Tensor | Tensor[], args: ModelPredictArgs = {}): Tensor | Tensor[] {
    // A model may be made for batches of one size.
    const { batchSize = this.inputs[0]?.shape[0] ?? 32 } = args;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new TfwasmError('E_INPUT', `batchSize is required to be a positive integer, but got ${batchSize}`);
    }
    return tidy(() => {
      const inputs = this.#feeds(toList(x));
      const count = inputs[0]?.shape[0] ?? 0;
      if (count <= batchSize) return oneOrMore(this.#runner.run(this.outputs, inputs));
      const batches: Tensor[][] = [];
      for (let begin = 0; begin < count; begin += batchSize) {
        const size = Math.min(batchSize, count - begin);
        const batch = inputs.map((input) => slice(input, begin, size));
        batches.push(this.#runner.run(this.outputs, batch));
      }
      return oneOrMore(this.outputs.map((_, i) => concat(batches.map((outputs) => outputs[i] as Tensor))));
    });
  }

  /** Computes the outputs for one batch. */
  predictOnBatch(x: Tensor | Tensor[]): Tensor | Tensor[] {
    return tidy(() => oneOrMore(this.#runner.run(this.outputs, this.#feeds(toList(x)))));
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
      const results = this.#runner.run(tensors, this.#feeds(this.#listInputs(inputs)));
      return Array.isArray(outputs) ? results : (results[0] as Tensor);
    });
  }

  #listInputs(inputs: Tensor | Tensor[] | NamedTensorMap): Tensor[] {
    if (inputs instanceof Tensor || Array.isArray(inputs)) return toList(inputs);
    return this.inputNames.map((name) => {
      const value = inputs[name];
      if (value) return value;
      throw new TfwasmError('E_INPUT', `No value is provided for the model's input ${name}`);
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

  /** Checks the inputs of a run, and converts their dtypes. */
  #feeds(given: Tensor[]): Tensor[] {
    if (given.length !== this.inputs.length) {
      throw new TfwasmError(
        'E_INPUT',
        `Error when checking model: the Array of Tensors that you are passing to your model is not the size the model ` +
          `expected. Expected to see ${this.inputs.length} Tensor(s), but instead got ${given.length} Tensors(s).`,
      );
    }
    const wrong = given.findIndex((value) => !(value instanceof Tensor));
    if (wrong >= 0) {
      throw new TfwasmError('E_INPUT', `the input ${this.inputNames[wrong]} of the model must be a tensor`);
    }
    const count = given[0]?.shape[0];
    return given.map((value, i) => {
      const { dtype, shape } = this.inputs[i] as SymbolicTensor;
      const name = this.inputNames[i];
      if (!fits(shape, value.shape)) {
        throw new TfwasmError(
          'E_SHAPE',
          `Error when checking : expected ${name} to have shape ${describeShape(shape)} but got array with shape ` +
            `${describeShape(value.shape)}.`,
        );
      }
      if (value.shape[0] !== count) {
        throw new TfwasmError(
          'E_SHAPE',
          `All inputs should have the same number of samples: ${name} has ${value.shape[0]}, not ${count}`,
        );
      }
      return value.dtype === dtype || value.dtype === 'string' ? value : cast(value, dtype);
    });
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
      return loadKerasWeights(this, source, typeof options === 'object' ? options : { strict: options });
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
    return saveModel(this, target, config, {
      userDefinedMetadata: this.#userDefinedMetadata,
      trainingConfig: this.#trainingConfig,
      optimizerWeights: this.#optimizerWeights,
    });
  }

  /** @internal Keeps how a loaded model was trained. */
  keepTraining(config: TrainingConfig): void {
    this.#trainingConfig = config;
  }

  /** @internal Keeps the state of a loaded optimizer. Takes ownership of the tensors. */
  keepOptimizerWeights(weights: readonly NamedTensor[]): void {
    dispose(this.#optimizerWeights);
    this.#optimizerWeights = weights;
  }

  /** Forgets captured programs, since layers have been added or removed. */
  protected forgetPrograms(): void {
    this.#runner.dispose();
  }

  override dispose(): { refCountAfterDispose: number; numDisposedVariables: number } {
    const result = super.dispose();
    if (result.refCountAfterDispose > 0) return result;
    this.#runner.dispose();
    this.keepOptimizerWeights([]);
    return result;
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
