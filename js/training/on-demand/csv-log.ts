// SPDX-License-Identifier: Apache-2.0
// The files of CSVLogger.
import { describeError, TfwasmError } from '../../core/errors.js';
import { builtin } from '../../core/node-files.js';

/** A line of a CSV file. */
export function csvLine(fields: readonly string[], separator: string): string {
  const quoted = fields.map((field) =>
    field.includes(separator) || /["\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field,
  );
  return `${quoted.join(separator)}\n`;
}

/** Throws E_FILE. */
export function writeText(name: string, text: string, how: 'appendFile' | 'writeFile'): Promise<void> {
  return onFile(name, (fs, file) => fs[how](file, text));
}

/** Whether a file is there, and not empty. */
export function hasText(name: string): Promise<boolean> {
  return onFile(name, async (fs, file) => {
    const info = await fs.stat(file).catch(() => undefined);
    return (info?.size ?? 0) > 0;
  });
}

async function onFile<T>(
  name: string,
  use: (fs: typeof import('node:fs/promises'), file: string | URL) => Promise<T>,
): Promise<T> {
  try {
    return await use(builtin('node:fs/promises', name), name.startsWith('file://') ? new URL(name) : name);
  } catch (error) {
    if (error instanceof TfwasmError) throw error;
    throw new TfwasmError('E_FILE', `cannot write ${name}: ${describeError(error)}`, { cause: error });
  }
}
