// SPDX-License-Identifier: Apache-2.0
// Folders that several scripts use.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What set-up downloads: compiler, third-party sources, logs. Ignored by git, safe to delete. */
export const TOOLCHAIN = join(ROOT, '.toolchain');

/** Unpacked third-party sources, one folder per library. CMake reads them from here. */
export const THIRD_PARTY = join(TOOLCHAIN, 'third_party');

/** CMake's build folders, one per preset. Ignored by git, safe to delete. */
export const BUILD = join(ROOT, 'build');

/** The content of the npm package. Ignored by git, safe to delete. */
export const DIST = join(ROOT, 'dist');

/** The version of the package. package.json is the only file that states it. */
export const VERSION = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;

/** The required Emscripten version. */
export const EMSCRIPTEN_VERSION = readFileSync(join(ROOT, 'emsdk-version.txt'), 'utf8').trim();
