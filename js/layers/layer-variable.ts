// SPDX-License-Identifier: Apache-2.0
// The weights of layers.
import { TfwasmError } from '../core/errors.js';
import type { DataType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { createWhenListed, Variable } from '../tensor/variable.js';
import type { Constraint } from './constraints.js';
import { updatedValue } from './execution.js';
import { uniqueWeightName } from './names.js';
import { describeShape } from './topology.js';

let lastId = 0;

/** A weight. Its first value is computed when it is needed, since most weights are loaded. */
export class LayerVariable {
  readonly id = lastId++;
  /** Unique among weights. */
  readonly name: string;
  readonly originalName: string;
  readonly #initial: () => Tensor;
  /** Ends that the variable is created when variables are listed. */
  readonly #cancel: () => void;
  #trainable: boolean;
  #isFrozen = false;
  #variable: Variable | undefined;
  #isDisposed = false;

  constructor(
    readonly dtype: DataType,
    readonly shape: number[],
    initial: () => Tensor,
    name = 'Variable',
    trainable = true,
    readonly constraint?: Constraint,
  ) {
    this.originalName = name;
    this.name = uniqueWeightName(name);
    this.#initial = initial;
    this.#trainable = trainable;
    this.#cancel = createWhenListed(() => this.#create());
  }

  /** Whether training changes the weight. */
  get trainable(): boolean {
    return this.#trainable && !this.#isFrozen;
  }
  set trainable(trainable: boolean) {
    this.#trainable = trainable;
    this.#tellVariable();
  }

  /** @internal Whether its layer is not trainable. */
  set isFrozen(isFrozen: boolean) {
    this.#isFrozen = isFrozen;
    this.#tellVariable();
  }

  #tellVariable(): void {
    if (this.#variable) this.#variable.trainable = this.trainable;
  }

  /**
   * The value; while a model runs, that which its layers have set already. It stays the variable's: do not dispose it.
   */
  read(): Tensor {
    if (this.#isDisposed) throw new TfwasmError('E_DISPOSED', `the weight ${this.name} has been disposed`);
    const updated = updatedValue(this);
    if (updated) return updated;
    this.#create();
    return this.#variable as Variable;
  }

  /** Throws E_DTYPE if the weight cannot have this value. */
  checkDtype({ dtype }: Tensor): void {
    if (dtype !== this.dtype)
      throw new TfwasmError('E_DTYPE', `the weight ${this.name} is ${this.dtype}, not ${dtype}`);
  }

  /** Replaces the value. Throws E_SHAPE or E_DTYPE if it does not fit. */
  write(value: Tensor): this {
    if (this.#isDisposed) throw new TfwasmError('E_DISPOSED', `the weight ${this.name} has been disposed`);
    if (String(value.shape) !== String(this.shape)) {
      throw new TfwasmError(
        'E_SHAPE',
        `the weight ${this.name}: expected ${describeShape(this.shape)}, got ${describeShape(value.shape)}`,
      );
    }
    if (this.#variable) this.#variable.assign(value);
    else this.#setFirst(value, false);
    return this;
  }

  /** How many values the weight has. */
  get size(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }

  /** Whether dispose() has been called. */
  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#cancel();
    this.#variable?.dispose();
    this.#variable = undefined;
  }

  /** Computes the first value, unless the weight has one. */
  #create(): void {
    if (!this.#variable) this.#setFirst(this.#initial(), true);
  }

  #setFirst(value: Tensor, isOwn: boolean): void {
    this.checkDtype(value);
    this.#cancel();
    this.#variable = new Variable(value, this.trainable, this.name);
    if (isOwn) value.dispose();
  }
}
