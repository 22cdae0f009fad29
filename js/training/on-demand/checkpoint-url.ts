// SPDX-License-Identifier: Apache-2.0
// The URLs of ModelCheckpoint.
import { check, TfwasmError } from '../../core/errors.js';
import type { Logs } from '../callbacks.js';

/** Replaces the names in braces. Throws E_INPUT. */
export function formatUrl(url: string, values: Logs): string {
  return url.replace(/\{(\w+)(?::([^{}]*))?\}/g, (_, name: string, format = '') => {
    const key = [name, snakeCase(name)].find((candidate) => Object.hasOwn(values, candidate));
    if (key === undefined) {
      const known = Object.keys(values).join(', ');
      throw new TfwasmError(
        'E_INPUT',
        `the URL of a ModelCheckpoint has {${name}}, which is not logged; there are ${known}`,
      );
    }
    return formatNumber(values[key] as number, format);
  });
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The formats of Python for numbers: "", "d", "03d", ".2f", "8.2f", ".3e". Throws E_INPUT. */
function formatNumber(value: number, format: string): string {
  const parts = /^(0?)(\d{0,3})(?:\.(\d{1,2}))?([dfeg]?)$/.exec(format);
  check(parts !== null, `a ModelCheckpoint does not know the format '${format}'`);
  const [, zero, width, digits, kind] = parts;
  const precision = Number(digits ?? 6);
  const text =
    kind === 'f'
      ? value.toFixed(precision)
      : kind === 'e'
        ? value.toExponential(precision)
        : kind === 'd'
          ? String(Math.round(value))
          : digits !== undefined
            ? String(Number(value.toPrecision(Math.max(1, precision))))
            : String(value);
  return text.padStart(Number(width ?? 0), zero || ' ');
}
