// SPDX-License-Identifier: Apache-2.0
// Finds or installs the required Emscripten and links it as `.toolchain/emscripten`, where CMake looks.

import { existsSync, lstatSync, readFileSync, readlinkSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { replaceFile } from '../lib/files.mjs';
import { BUILD, EMSCRIPTEN_VERSION, TOOLCHAIN } from '../lib/paths.mjs';
import { ask, ToolError } from '../lib/run.mjs';
import { VARIANTS } from '../lib/variants.mjs';
import { hasApt } from './apt.mjs';
import { unpackPackages } from './debian-archive.mjs';
import { COMPLETE, makeRelocatable } from './relocatable.mjs';

/** The link that CMakePresets.json refers to. */
const EMSCRIPTEN = join(TOOLCHAIN, 'emscripten');

const DEBIAN_ROOT = join(TOOLCHAIN, 'debian');
const DEBIAN_EMSCRIPTEN = join(DEBIAN_ROOT, 'usr/share/emscripten');

/** The oldest libc that Debian 13's Binaryen supports. */
const BINARYEN_LIBC = 2.38;

/** Makes `.toolchain/emscripten` point to an Emscripten of the required version. */
export async function setUpEmscripten(note) {
  const own = findOwnEmscripten();
  if (own) {
    linkTo(own);
    return note(`using ${own}`);
  }
  const isUnpacked = existsSync(join(DEBIAN_ROOT, COMPLETE)) && versionIn(DEBIAN_EMSCRIPTEN) === EMSCRIPTEN_VERSION;
  if (!isUnpacked) await unpack(note);
  makeRelocatable(DEBIAN_ROOT, { bringsLibc: binaryenLibraries().length > 0 });
  linkTo(DEBIAN_EMSCRIPTEN);
  note(isUnpacked ? 'already there' : 'from Debian 13');
}

/** The advice if Emscripten cannot be installed. */
export const emscriptenAdvice = (reason) =>
  `Emscripten ${EMSCRIPTEN_VERSION}, which compiles the C++ to WebAssembly, cannot be installed here because ${reason}; ` +
  `install it with emsdk ("emsdk install ${EMSCRIPTEN_VERSION}", "emsdk activate ${EMSCRIPTEN_VERSION}", then source emsdk_env.sh).`;

/** The folder of an emcc of the required version that the user has installed, with emsdk or on PATH. */
export function findOwnEmscripten() {
  const folders = [
    process.env.EMSDK && join(process.env.EMSDK, 'upstream/emscripten'),
    ...(process.env.PATH ?? '').split(delimiter).map(folderOfEmcc),
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

/** Unpacks Debian's Emscripten. */
async function unpack(note) {
  if (!hasApt()) throw new ToolError(emscriptenAdvice('this machine has no apt'));
  try {
    await unpackPackages(['emscripten', 'binaryen', ...binaryenLibraries()], DEBIAN_ROOT, note);
  } catch (error) {
    throw new ToolError(emscriptenAdvice('Debian 13 could not be reached through apt'), {
      output: `${error.output ?? ''}\n${error.message}`,
      cause: error,
    });
  }
  if (versionIn(DEBIAN_EMSCRIPTEN) !== EMSCRIPTEN_VERSION) {
    throw new ToolError(emscriptenAdvice(`Debian 13 offers ${versionIn(DEBIAN_EMSCRIPTEN)}`));
  }
}

/** Makes the link. It is relative within `.toolchain`, so that it is right in a copy of the checkout. */
function linkTo(folder) {
  const target = folder === DEBIAN_EMSCRIPTEN ? relative(TOOLCHAIN, folder) : folder;
  if (lstatSync(EMSCRIPTEN, { throwIfNoEntry: false })) {
    if (readlinkSync(EMSCRIPTEN) === target) return;
    const isSame = existsSync(EMSCRIPTEN) && realpathSync(EMSCRIPTEN) === realpathSync(folder);
    // Built with another compiler, or with that of another checkout.
    if (!isSame) for (const variant of VARIANTS) rmSync(join(BUILD, variant), { recursive: true, force: true });
  }
  replaceFile(EMSCRIPTEN, (path) => symlinkSync(target, path));
}

/** The libraries that Binaryen was built with, for machines with an older libc. */
function binaryenLibraries() {
  const libc = Number.parseFloat(ask('getconf', ['GNU_LIBC_VERSION'])?.split(' ')[1] ?? '0');
  return libc >= BINARYEN_LIBC ? [] : ['libc6', 'libstdc++6', 'libgcc-s1'];
}
