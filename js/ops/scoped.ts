// SPDX-License-Identifier: Apache-2.0
// The wrapper of every function of the op API.
import { TfwasmError } from '../core/errors.js';
import { tensorsIn } from '../tensor/memory.js';
import { runInScope } from '../tensor/scopes.js';

let depth = 0;

/**
 * Runs the body of a public function. Disposes its tensors, except the result, and adds the function's name to errors.
 */
export function scoped<T>(name: string, body: () => T): T {
  ++depth;
  try {
    return runInScope(body, tensorsIn);
  } catch (error) {
    // Names only the function that the user called.
    if (depth > 1 || !(error instanceof TfwasmError)) throw error;
    throw new TfwasmError(error.code, `${name}(): ${error.message}`, { op: error.op, cause: error });
  } finally {
    --depth;
  }
}
