// SPDX-License-Identifier: Apache-2.0
// Finds or installs the required Emscripten and links it as `.toolchain/emscripten`, where CMake looks.

import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { EMSCRIPTEN_VERSION, TOOLCHAIN } from '../lib/paths.mjs';
import { ask, run, ToolError } from '../lib/run.mjs';
import { hasApt } from './apt.mjs';
import { unpackPackages } from './debian-archive.mjs';

/** The link that CMake's presets name. */
export const EMSCRIPTEN = join(TOOLCHAIN, 'emscripten');

const DEBIAN_ROOT = join(TOOLCHAIN, 'debian');
const DEBIAN_EMSCRIPTEN = join(DEBIAN_ROOT, 'usr/share/emscripten');

/** The oldest libc that Debian 13's Binaryen supports. */
const BINARYEN_LIBC = 2.38;

/** Makes `.toolchain/emscripten` point to an Emscripten of the required version. */
export async function setUpEmscripten(note) {
  const found = installedEmscripten();
  if (found) {
    linkTo(found);
    return note(found === DEBIAN_EMSCRIPTEN ? 'already there' : `using ${found}`);
  }
  if (!hasApt()) throw new ToolError(unavailable('this machine has no apt'));
  try {
    await unpackPackages(['emscripten', 'binaryen', ...binaryenLibraries()], DEBIAN_ROOT, note);
  } catch (error) {
    throw new ToolError(unavailable('Debian 13 could not be reached through apt'), {
      output: error.output,
      cause: error,
    });
  }
  if (versionIn(DEBIAN_EMSCRIPTEN) !== EMSCRIPTEN_VERSION) {
    throw new ToolError(unavailable(`Debian 13 offers ${versionIn(DEBIAN_EMSCRIPTEN)}`));
  }
  note('adapting');
  if (binaryenLibraries().length) await useUnpackedLibc();
  configure();
  linkTo(DEBIAN_EMSCRIPTEN);
  writeFileSync(join(DEBIAN_ROOT, 'complete'), '');
  note('from Debian 13');
}

const unavailable = (reason) =>
  `Emscripten ${EMSCRIPTEN_VERSION}, which compiles the C++ to WebAssembly, cannot be installed here because ${reason}; ` +
  `install it with emsdk ("emsdk install ${EMSCRIPTEN_VERSION}", "emsdk activate ${EMSCRIPTEN_VERSION}", then source emsdk_env.sh).`;

/** The folder of an emcc of the required version: an installed one first, then the one unpacked earlier. */
function installedEmscripten() {
  const folders = [
    process.env.EMSDK && join(process.env.EMSDK, 'upstream/emscripten'),
    ...(process.env.PATH ?? '').split(delimiter).map(folderOfEmcc),
    existsSync(join(DEBIAN_ROOT, 'complete')) && DEBIAN_EMSCRIPTEN,
  ];
  return folders.find((folder) => folder && versionIn(folder) === EMSCRIPTEN_VERSION);
}

/** The real folder of the emcc in `folder`, which may be a symbolic link; undefined if there is none. */
function folderOfEmcc(folder) {
  const emcc = join(folder, 'emcc');
  return existsSync(emcc) ? dirname(realpathSync(emcc)) : undefined;
}

function versionIn(folder) {
  const file = join(folder, 'emscripten-version.txt');
  return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('"', '').trim() : undefined;
}

function linkTo(folder) {
  mkdirSync(TOOLCHAIN, { recursive: true });
  if (lstatSync(EMSCRIPTEN, { throwIfNoEntry: false })) {
    if (existsSync(EMSCRIPTEN) && realpathSync(EMSCRIPTEN) === realpathSync(folder)) return;
    rmSync(EMSCRIPTEN);
  }
  symlinkSync(folder, EMSCRIPTEN);
}

/** The libraries that Binaryen was built with, for machines with an older libc. */
function binaryenLibraries() {
  const libc = Number.parseFloat(ask('getconf', ['GNU_LIBC_VERSION'])?.split(' ')[1] ?? '0');
  return libc >= BINARYEN_LIBC ? [] : ['libc6', 'libstdc++6', 'libgcc-s1'];
}

/** Patches Binaryen's programs to use the unpacked loader and libraries. */
async function useUnpackedLibc() {
  const triplet = ask('gcc', ['-print-multiarch']) || `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  const folder = join(DEBIAN_ROOT, 'usr/lib', triplet);
  const loader = ['ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1'].map((file) => join(folder, file)).find(existsSync);
  const programs = ask('sh', ['-c', `grep -lz "^.ELF" ${DEBIAN_ROOT}/usr/bin/wasm*`])?.split('\n') ?? [];
  if (!loader || programs.length === 0) throw new ToolError(unavailable('its Binaryen does not run on this machine'));
  for (const program of programs) {
    await run('patchelf', ['--set-interpreter', loader, '--set-rpath', folder, program]);
  }
}

/** Configures the paths of Binaryen and Node.js in the unpacked Emscripten. */
function configure() {
  const file = join(DEBIAN_EMSCRIPTEN, '.emscripten');
  const settings = { BINARYEN_ROOT: join(DEBIAN_ROOT, 'usr'), NODE_JS: process.execPath };
  let text = readFileSync(file, 'utf8');
  for (const [key, value] of Object.entries(settings)) {
    const line = new RegExp(`^${key} = .*$`, 'm');
    if (!line.test(text)) throw new ToolError(`${file} has no line for ${key}; delete ${TOOLCHAIN} and start again.`);
    text = text.replace(line, `${key} = '${value}'`);
  }
  writeFileSync(file, text);
  // Emscripten's optimizer imports the npm package acorn, which Debian installs only for its own Node.js. Without this
  // dangling link, Node.js finds acorn in the project's node_modules.
  rmSync(join(DEBIAN_EMSCRIPTEN, 'node_modules'), { force: true });
  accessSync(join(DEBIAN_EMSCRIPTEN, 'emcc'), constants.X_OK);
}
