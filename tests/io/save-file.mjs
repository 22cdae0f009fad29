// SPDX-License-Identifier: Apache-2.0
// Saves a model and kills itself in the middle.
//
//   node save-file.mjs <folder> <bias> <k>   dies before the k-th file system call
import { rename, unlink } from 'node:fs/promises';

import * as tf from '../../dist/index.js';
import { tinyArtifacts } from './artifacts.mjs';

const [folder, bias, last] = process.argv.slice(2);
const fs = process.getBuiltinModule('node:fs/promises');
let calls = 0;

function count(object, name) {
  const original = object[name];
  object[name] = function (...parameters) {
    if (++calls === Number(last)) process.kill(process.pid, 'SIGKILL');
    return original.apply(this, parameters);
  };
}

for (const name of [
  'mkdir',
  'open',
  'writeFile',
  'copyFile',
  'lstat',
  'unlink',
  'readFile',
  'rename',
  'rm',
  'readdir',
]) {
  count(fs, name);
}
if (fs.rename === rename || fs.unlink === unlink) throw new Error('the calls are not counted');
await tf.io.getSaveHandlers(`file://${folder}`)[0].save(tinyArtifacts(JSON.parse(bias)));
