// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

/** Our own C++ files with one of `suffixes`, as paths relative to the root. */
export function cppFiles(suffixes = ['.cc', '.h', '.c']) {
  return ['cmake', 'src', 'tests'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .map((file) => join(folder, file))
      .filter((file) => !file.includes('node_modules') && suffixes.some((suffix) => file.endsWith(suffix)))
      .sort(),
  );
}
