// SPDX-License-Identifier: Apache-2.0
import { type ErrorCode, TfwasmError } from '../core/errors.js';
import type { SentError } from './messages.js';

/** The error that the other side threw. */
export function restoreError({ name, message, stack, code, op, node }: SentError): Error {
  const error =
    name === 'TfwasmError'
      ? new TfwasmError(code as ErrorCode, message, { op, node })
      : name === 'AbortError' || name === 'TimeoutError'
        ? new DOMException(message, name)
        : Object.assign(new Error(message), { name });
  if (stack) Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true });
  return error;
}
