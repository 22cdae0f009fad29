// SPDX-License-Identifier: Apache-2.0
// The wrapper of every function of the op API.
import { type AnyFunction, publicFunction } from '../core/public-function.js';
import { tensorsIn } from '../tensor/memory.js';
import { runInScope } from '../tensor/scopes.js';

/** Wraps a public function (see publicFunction). Disposes the tensors that it creates, except its result. */
export function opFunction<F extends AnyFunction>(name: string, body: F): F {
  return publicFunction(name, body, inScope);
}

const inScope = (body: (...given: unknown[]) => unknown, given: unknown[]) => runInScope(body, tensorsIn, given);

/** The same function as a promise. */
export function asPromise<Arguments extends unknown[], Result>(
  f: (...given: Arguments) => Result,
): (...given: Arguments) => Promise<Result> {
  return async (...given) => f(...given);
}
