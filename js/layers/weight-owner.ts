// SPDX-License-Identifier: Apache-2.0
// What has weights: names, values, penalties, whether they are trained, and their life.
import { TfwasmError } from '../core/errors.js';
import type { DataType } from '../tensor/dtype.js';
import { tidy } from '../tensor/memory.js';
import { Tensor } from '../tensor/tensor.js';
import { type Constraint, getConstraint } from './constraints.js';
import { getInitializer, type Initializer } from './initializers.js';
import { LayerVariable } from './layer-variable.js';
import { nameOfLayer } from './names.js';
import { getRegularizer, type Regularizer } from './regularizers.js';
import { Serializable } from './serialization.js';
import { describeShape, type Shape } from './topology.js';

/** The base of layers. */
export abstract class WeightOwner extends Serializable {
  name: string;
  readonly dtype: DataType;
  built = false;
  /** @internal Before the names of weights, if it is not the layer's name: a path of layers that contain it. */
  weightScope: string | undefined;
  /** How many models have the layer, and the program itself. */
  protected refCount: number | undefined;
  /** @internal Those of the layer itself, not of layers in it. */
  readonly ownWeights: LayerVariable[] = [];
  readonly #regularizers = new Map<LayerVariable, Regularizer>();
  #isTrainable: boolean;

  constructor(args: { name?: string; trainable?: boolean; dtype?: DataType }, className?: string) {
    super();
    this.name = args.name ?? nameOfLayer(className ?? this.getClassName());
    this.#isTrainable = args.trainable ?? true;
    this.dtype = args.dtype ?? 'float32';
  }

  get trainable(): boolean {
    return this.#isTrainable;
  }
  set trainable(trainable: boolean) {
    this.#isTrainable = trainable;
    for (const weight of this.ownWeights) weight.isFrozen = !trainable;
    for (const child of this.children) child.trainable = trainable;
  }

  /** The objects with weights that this one contains. */
  get children(): readonly WeightOwner[] {
    return [];
  }

  get trainableWeights(): LayerVariable[] {
    if (!this.trainable) return [];
    const own = this.ownWeights.filter((weight) => weight.trainable);
    return [...new Set([...own, ...this.children.flatMap((child) => child.trainableWeights)])];
  }

  get nonTrainableWeights(): LayerVariable[] {
    const own = this.trainable ? this.ownWeights.filter((weight) => !weight.trainable) : this.ownWeights;
    const inner = this.children.flatMap((child) =>
      this.trainable ? child.nonTrainableWeights : [...child.trainableWeights, ...child.nonTrainableWeights],
    );
    return [...new Set([...own, ...inner])];
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
      weight.checkDtype(value);
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
    weight.isFrozen = !this.trainable;
    if (penalty) this.#regularizers.set(weight, penalty);
    this.ownWeights.push(weight);
    return weight;
  }

  /** The penalties of the weights: scalars to add to the loss. */
  calculateLosses(): Tensor[] {
    const own = [...this.#regularizers].map(([weight, penalty]) => penalty.apply(weight.read()));
    return [...own, ...this.children.flatMap((child) => child.calculateLosses())];
  }

  /** The number of values in the weights. Throws E_LAYER before the layer has been built. */
  countParams(): number {
    if (!this.built && this.weights.length === 0 && this.mayHaveWeights) {
      throw new TfwasmError(
        'E_LAYER',
        `You tried to call countParams() on ${this.name}, but the layer is not built yet. Build it first by calling ` +
          'build(batchInputShape).',
      );
    }
    return this.weights.reduce((sum, weight) => sum + weight.size, 0);
  }

  /** Whether build() may add weights. */
  protected get mayHaveWeights(): boolean {
    return true;
  }

  /** What the layer keeps between batches. It is not saved. */
  get stateVariables(): readonly LayerVariable[] {
    return this.children.flatMap((child) => child.stateVariables);
  }

  /** @internal Called by each model that has the layer. */
  retain(): void {
    this.refCount = (this.refCount ?? 0) + 1;
  }

  /** Frees the weights, once no model has the layer any more. Throws E_DISPOSED if they have been freed. */
  dispose(): { refCountAfterDispose: number; numDisposedVariables: number } {
    if (!this.built)
      throw new TfwasmError('E_LAYER', `Cannot dispose Layer ${this.name} because it has not been built yet.`);
    this.checkNotDisposed();
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

  protected checkNotDisposed(): void {
    if (this.refCount === 0) throw new TfwasmError('E_DISPOSED', `Layer '${this.name}' is already disposed.`);
  }
}
