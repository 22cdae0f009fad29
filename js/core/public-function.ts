// SPDX-License-Identifier: Apache-2.0
// The wrapper of the functions that users call. What holds for all of them is here: null means left out, and every
// error is a TfwasmError that names the function.
import { TfwasmError } from './errors.js';
import { describeForeignTensor } from './foreign.js';

/** Any function. The wrapper keeps its type, with type parameters. */
export type AnyFunction = (...given: never[]) => unknown;
type Arguments = unknown[];
type Body = (...given: Arguments) => unknown;
type Caller = (body: Body, given: Arguments) => unknown;

/** The innermost public function that is running. */
let current: string | undefined;

/** What a user's function threw last. */
let thrownByUser: unknown;

/** The name of the running public function, for errors. */
export function functionName(): string {
  return current ?? 'tensor';
}

/** Wraps a public function. `call` calls the body, by default plainly. */
export function publicFunction<F extends AnyFunction>(name: string, body: F, call: Caller = callPlainly): F {
  const wrapper = (...given: Arguments) => {
    const outer = current;
    current = name;
    try {
      if (outer === undefined) leaveOutNulls(given);
      return call(body as unknown as Body, given);
    } catch (error) {
      throw outer === undefined ? errorOf(name, given, error) : error;
    } finally {
      current = outer;
    }
  };
  return wrapper as unknown as F;
}

const callPlainly: Caller = (body, given) => body(...given);

/** Like publicFunction, for asynchronous functions. */
export function publicAsyncFunction<F extends (...given: never[]) => Promise<unknown>>(name: string, body: F): F {
  const wrapper = async (...given: Arguments) => {
    try {
      leaveOutNulls(given);
      return await (body as unknown as Body)(...given);
    } catch (error) {
      throw errorOf(name, given, error);
    }
  };
  return wrapper as unknown as F;
}

/** Wraps the functions of a namespace. There, null is a value. */
export function publicFunctions<T extends Readonly<Record<string, AnyFunction>>>(prefix: string, functions: T): T {
  const wrapped = Object.entries(functions).map(([name, body]) => {
    const wrapper = (...given: never[]) => {
      try {
        return body(...given);
      } catch (error) {
        throw errorOf(`${prefix}.${name}`, given, error);
      }
    };
    return [name, wrapper] as const;
  });
  return Object.fromEntries(wrapped) as unknown as T;
}

/** Calls a function that the user has passed. The wrapper does not change its errors. Throws E_INPUT if it is none. */
export function callUser<Given extends unknown[], T>(f: (...given: Given) => T, ...given: Given): T {
  if (typeof f !== 'function') throw new TfwasmError('E_INPUT', `expected a function, but got '${kindOf(f)}'`);
  const outer = current;
  current = undefined;
  try {
    return f(...given);
  } catch (error) {
    thrownByUser = error;
    throw error;
  } finally {
    current = outer;
  }
}

/** Replaces null by undefined. */
function leaveOutNulls(given: Arguments): void {
  for (let i = 0; i < given.length; ++i) if (given[i] === null) given[i] = undefined;
}

/** A copy of an object of options, in which null is left out, too. */
export function withoutNulls<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, option]) => option !== null)) as T;
}

function errorOf(name: string, given: Arguments, error: unknown): unknown {
  if (error === thrownByUser) return error;
  if (!(error instanceof TfwasmError)) {
    return new TfwasmError('E_INPUT', `${name}() cannot work with (${given.map(kindOf).join(', ')})`, { cause: error });
  }
  const { message } = error;
  if ([`'${name}'`, `${name}()`, `in ${name}:`].some((text) => message.includes(text))) return error;
  return new TfwasmError(error.code, `${name}(): ${message}`, { op: error.op, node: error.node, cause: error });
}

/** The class of a value, for messages: 'Object', 'Number', 'null'. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  return describeForeignTensor(value) ?? value.constructor?.name ?? 'Object';
}
