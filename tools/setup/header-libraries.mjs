// SPDX-License-Identifier: Apache-2.0
// Links the folders of header-only libraries into `.toolchain/include` one by one, since the system's other headers
// must not be on a WebAssembly include path.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { TOOLCHAIN } from '../lib/paths.mjs';

const FOLDERS = ['rapidjson', 'doctest'];

export function setUpHeaderLibraries() {
  const root = join(TOOLCHAIN, 'include');
  mkdirSync(root, { recursive: true });
  for (const folder of FOLDERS) {
    rmSync(join(root, folder), { force: true });
    symlinkSync(join('/usr/include', folder), join(root, folder));
  }
}
