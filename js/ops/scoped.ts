// SPDX-License-Identifier: Apache-2.0
// What every function of the op API has around it.
import { TfwasmError } from '../core/errors.js';
import { tensorsIn } from '../tensor/memory.js';
import { runInScope } from '../tensor/scopes.js';

let depth = 0;

/**
 * The body of a public function: what it makes, except its result, is disposed at the end, and
 * its errors say which function it was.
 */
export function scoped<T>(name: string, body: () => T): T {
  ++depth;
  try {
    return runInScope(body, tensorsIn);
  } catch (error) {
    // What the user called, not what that is made of.
    if (depth > 1 || !(error instanceof TfwasmError)) throw error;
    throw new TfwasmError(error.code, `${name}(): ${error.message}`, { op: error.op, cause: error });
  } finally {
    --depth;
  }
}
