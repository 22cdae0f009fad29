// SPDX-License-Identifier: Apache-2.0
// Makes Debian's Emscripten, which is built for /usr, run in the folder it is unpacked to. Its files do not contain the
// path of that folder, so a checkout can be moved or copied with it.

import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile } from '../lib/files.mjs';
import { ToolError } from '../lib/run.mjs';

/** The file that exists after unpacking, and its content after adapting. */
export const COMPLETE = 'complete';
const ADAPTED = 'relocatable';

/**
 * @param {string} root The folder of the unpacked packages.
 * @param {{bringsLibc: boolean}} options Whether they include a libc for Binaryen's programs.
 */
export function makeRelocatable(root, { bringsLibc }) {
  const complete = join(root, COMPLETE);
  if (existsSync(complete) && readFileSync(complete, 'utf8') === ADAPTED) return;
  if (bringsLibc) wrapPrograms(join(root, 'usr'));
  configure(join(root, 'usr/share/emscripten'));
  replaceFile(complete, (path) => writeFileSync(path, ADAPTED));
}

/** Replaces Binaryen's programs by scripts that start them with the unpacked loader and libraries. */
function wrapPrograms(usr) {
  const loader = findLoader(usr);
  const hidden = join(usr, 'libexec/binaryen');
  mkdirSync(hidden, { recursive: true });
  for (const name of readdirSync(join(usr, 'bin')).filter((file) => file.startsWith('wasm'))) {
    const program = join(usr, 'bin', name);
    if (!isElf(program)) continue;
    replaceFile(join(hidden, name), (path) => copyFileSync(program, path));
    replaceFile(program, (path) => {
      writeFileSync(path, wrapper(loader, name));
      chmodSync(path, 0o755);
    });
  }
}

const isElf = (file) => readFileSync(file).subarray(1, 4).toString() === 'ELF';

/** The loader of the unpacked libc: "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2". */
function findLoader(usr) {
  const files = readdirSync(join(usr, 'lib'), { recursive: true });
  const loader = files.find((file) => /^[^/]+-linux-gnu\/ld-linux-[^/]+\.so\.\d+$/.test(file));
  if (!loader) throw new ToolError(`${usr}/lib has no program loader; delete .toolchain and start again.`);
  return join('lib', loader);
}

const wrapper = (loader, name) => `#!/bin/sh
usr=\${0%/*}/..
exec "$usr/${loader}" --library-path "$usr/${dirname(loader)}" "$usr/libexec/binaryen/${name}" "$@"
`;

/** Configures the paths of Binaryen and Node.js in the folder `emscripten`. */
function configure(emscripten) {
  const file = join(emscripten, '.emscripten');
  const settings = {
    BINARYEN_ROOT: "os.path.realpath(os.path.join(os.path.dirname(os.environ['EM_CONFIG']), '../..'))",
    NODE_JS: "'node'",
  };
  let text = readFileSync(file, 'utf8');
  for (const [key, value] of Object.entries(settings)) {
    const line = new RegExp(`^${key} = .*$`, 'm');
    if (!line.test(text)) throw new ToolError(`${file} has no line for ${key}; delete .toolchain and start again.`);
    text = text.replace(line, `${key} = ${value}`);
  }
  if (!/^import os$/m.test(text)) text = `import os\n${text}`;
  replaceFile(file, (path) => writeFileSync(path, text));
  // Emscripten's optimizer imports the npm package acorn, which Debian installs only for its own Node.js. Without this
  // dangling link, Node.js finds acorn in the project's node_modules.
  rmSync(join(emscripten, 'node_modules'), { force: true });
  accessSync(join(emscripten, 'emcc'), constants.X_OK);
}
