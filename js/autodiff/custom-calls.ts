// SPDX-License-Identifier: Apache-2.0
// Calls of functions whose gradients are computed in JavaScript, while gradients may be taken of them.
import type { Tensor } from '../tensor/tensor.js';

export interface CustomCall {
  output: Tensor;
  /** Returns the gradients of the inputs. */
  gradient(dy: Tensor): readonly Tensor[];
  /** Tensors that live as long as the call is known. */
  saved: readonly Tensor[];
}

let innermost: CustomCalls | undefined;

/** The calls in a capture or in nested gradient scopes, by the ids that the core gave them. */
export class CustomCalls {
  readonly #outer = innermost;
  readonly #calls = new Map<number, CustomCall>();

  private constructor() {}

  static open(): CustomCalls {
    innermost = new CustomCalls();
    return innermost;
  }

  /** Those to which calls are added; undefined if no gradients are taken. */
  static get innermost(): CustomCalls | undefined {
    return innermost;
  }

  /** Takes ownership of the tensors that are saved. */
  add(id: number, call: CustomCall): void {
    this.#calls.set(id, call);
  }

  get(id: number): CustomCall | undefined {
    return this.#calls.get(id);
  }

  close(): void {
    innermost = this.#outer;
    for (const { saved } of this.#calls.values()) for (const tensor of saved) tensor.dispose();
  }
}
