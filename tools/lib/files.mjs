// SPDX-License-Identifier: Apache-2.0
import { renameSync, rmSync } from 'node:fs';

/**
 * Replaces a file or link atomically. The old file is not changed, since a copy of the folder may have hard links to it.
 *
 * @param {string} path
 * @param {(path: string) => void} write Writes the new file to a temporary path.
 */
export function replaceFile(path, write) {
  const partial = `${path}.partial`;
  rmSync(partial, { force: true });
  write(partial);
  renameSync(partial, path);
}
