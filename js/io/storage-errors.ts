// SPDX-License-Identifier: Apache-2.0
// Errors of storage media, with common messages.
import { describeError, shown, TfwasmError } from '../core/errors.js';

/** Wraps an error of a medium as E_STORAGE. TfwasmErrors stay as they are. */
export function storageError(action: 'save' | 'load' | 'remove' | 'list', url: string, error: unknown): TfwasmError {
  if (error instanceof TfwasmError) return error;
  const reason = isFull(error) ? `there is not enough room (${describeError(error)})` : describeError(error);
  return new TfwasmError('E_STORAGE', `cannot ${action} ${shown(url)}: ${reason}`, { cause: error });
}

function isFull(error: unknown): boolean {
  const { name, code } = (error ?? {}) as { name?: string; code?: string };
  return name === 'QuotaExceededError' || code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}

export function unavailable(url: string, why: string, cause?: unknown): TfwasmError {
  return new TfwasmError('E_STORAGE', `cannot use ${shown(url)}: ${why}`, { cause });
}

export function notFound(url: string): TfwasmError {
  return new TfwasmError('E_STORAGE', `there is no model ${shown(url)}`);
}

export function corrupt(url: string, what: string, cause?: unknown): TfwasmError {
  return new TfwasmError('E_STORAGE_CORRUPT', `the model ${shown(url)} is damaged: ${what}`, { cause });
}
