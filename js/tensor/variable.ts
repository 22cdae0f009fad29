// SPDX-License-Identifier: Apache-2.0
import { TfwasmError } from '../core/errors.js';
import { describeForeignTensor } from '../core/foreign.js';
import { publicFunction } from '../core/public-function.js';
import { toDtype } from './call.js';
import type { DataType } from './dtype.js';
import type { Rank } from './shape.js';
import type { TensorStorage } from './storage.js';
import { Tensor } from './tensor.js';

/** All live variables, by name. */
const variables = new Map<string, Variable>();

/** Creators of variables that exist once they are used. */
const creators = new Set<() => void>();

let lastName = 0;

/** A tensor whose values can be replaced. `tidy` does not dispose it. */
export class Variable<R extends Rank = Rank> extends Tensor<R> {
  /** @internal */
  static override readonly name: string = 'Variable';

  readonly name: string;
  trainable: boolean;

  /** Throws E_DUPLICATE if another variable has the name. */
  constructor(initialValue: Tensor<R>, trainable = true, name?: string) {
    if (!(initialValue instanceof Tensor)) {
      const got = describeForeignTensor(initialValue) ?? typeof initialValue;
      throw new TfwasmError('E_INPUT', `a variable is made of a tensor, got ${got}`);
    }
    const unique = name ?? String(lastName++);
    if (variables.has(unique)) throw new TfwasmError('E_DUPLICATE', `there is a variable '${unique}' already`);
    super(initialValue.storage.share(), initialValue.dtype, initialValue.shape);
    this.name = unique;
    this.trainable = trainable;
    this.kept = true;
    variables.set(unique, this);
  }

  /** Replaces the values by those of a tensor. Throws E_DTYPE or E_SHAPE if these differ. */
  assign(newValue: Tensor<R>): void {
    if (newValue.dtype !== this.dtype) {
      throw new TfwasmError('E_DTYPE', `the variable '${this.name}' is ${this.dtype}, not ${newValue.dtype}`);
    }
    if (String(newValue.shape) !== String(this.shape)) {
      throw new TfwasmError('E_SHAPE', `the variable '${this.name}' is [${this.shape}], not [${newValue.shape}]`);
    }
    this.throwIfDisposed();
    const old = this.storage;
    const storage = newValue.storage.share();
    storage.ownedBy(this);
    (this as { storage: TensorStorage }).storage = storage;
    old.release();
  }

  /** @internal */
  protected override get kind(): string {
    return 'Variable';
  }

  override dispose(): void {
    if (variables.get(this.name) === (this as Variable)) variables.delete(this.name);
    super.dispose();
  }
}

/**
 * Creates a variable with the values of a tensor.
 *
 * @param name By default a number. Throws E_DUPLICATE if it is in use.
 */
export const variable = publicFunction(
  'variable',
  <R extends Rank>(initialValue: Tensor<R>, trainable = true, name?: string, dtype?: DataType | null): Variable<R> => {
    const isOther = dtype !== undefined && dtype !== null && dtype !== initialValue.dtype;
    const value = isOther ? toDtype(initialValue, dtype) : initialValue;
    try {
      return new Variable<R>(value, trainable, name);
    } finally {
      if (isOther) value.dispose();
    }
  },
);

/** Calls `create` as soon as someone asks for all variables, unless the returned function has been called before. */
export function createWhenListed(create: () => void): () => void {
  const creator = () => {
    creators.delete(creator);
    create();
  };
  creators.add(creator);
  return () => void creators.delete(creator);
}

/** All variables, by name. */
export function registeredVariables(): Record<string, Variable> {
  for (const create of [...creators]) create();
  return Object.fromEntries(variables);
}

/** The variables that have been used, by name. */
export function usedVariables(): Record<string, Variable> {
  return Object.fromEntries(variables);
}

/** Disposes all variables. */
export function disposeVariables(): void {
  for (const variable of [...variables.values()]) variable.dispose();
}
