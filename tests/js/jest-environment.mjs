// SPDX-License-Identifier: Apache-2.0
// Runs a script in an environment like Jest's "node": a realm of its own, with the globals of Node.js's, whose modules
// are linked by the host. Needs node --experimental-vm-modules.
//
//   node --experimental-vm-modules tests/js/jest-environment.mjs module|commonjs FOLDER
//
// FOLDER has a model.json and its weights.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';

import { DIST } from '../../tools/lib/paths.mjs';

const context = vm.createContext();
const realm = vm.runInContext('this', context);
// Jest shares these with its own realm; others, such as Float32Array and WebAssembly, it does not.
const shared = ['ArrayBuffer', 'Uint8Array', ...Object.getOwnPropertyNames(globalThis)];
for (const name of shared.filter((name, i) => i < 2 || !Object.hasOwn(realm, name))) {
  Object.defineProperty(realm, name, { value: globalThis[name], configurable: true, writable: true });
}
realm.global = realm;
// Jest copies the object.
realm.process = Object.defineProperties({}, Object.getOwnPropertyDescriptors(process));

const modules = new Map();

async function load(specifier, parent) {
  const isPackage = specifier === 'tfwasm';
  if (specifier.startsWith('node:') || (!isPackage && !/^[./]|^file:/.test(specifier))) return builtin(specifier);
  const url = isPackage ? pathToFileURL(path.join(DIST, 'index.js')).href : new URL(specifier, parent).href;
  if (!modules.has(url)) modules.set(url, compile(url));
  const module = await modules.get(url);
  if (module.status === 'unlinked') await module.link((name, { identifier }) => load(name, identifier));
  return module;
}

const evaluated = async (specifier, parent) => {
  const module = await load(specifier, parent);
  await module.evaluate();
  return module;
};

async function compile(url) {
  return new vm.SourceTextModule(await readFile(fileURLToPath(url), 'utf8'), {
    context,
    identifier: url,
    initializeImportMeta: (meta) => {
      meta.url = url;
    },
    importModuleDynamically: (name, { identifier }) => evaluated(name, identifier),
  });
}

async function builtin(name) {
  const exports = createRequire(import.meta.url)(name);
  const names = [...new Set([...Object.keys(exports), 'default'])];
  const module = new vm.SyntheticModule(
    names,
    function () {
      for (const key of names) this.setExport(key, key === 'default' ? exports : exports[key]);
    },
    { context },
  );
  await module.link(() => {});
  return module;
}

/** What the test file does. */
const TEST = `async (tf, url) => {
  tf.setThreadsCount(1);
  const model = await tf.loadGraphModel(url);
  const y = model.predict(tf.tensor2d([[1, 2]]));
  const typed = tf.tensor1d(Float32Array.of(0.5, 1.5));
  const gradient = tf.grad((x) => x.square().sum())(typed);
  const failure = await tf.loadGraphModel(url + '.missing').catch((error) => error);
  return JSON.stringify({
    values: [...(await y.data())],
    typed: [typed.dtype, ...typed.dataSync()],
    gradient: [...gradient.dataSync()],
    failure: [failure instanceof tf.TfwasmError, failure instanceof Error, failure.code],
    isNode: tf.env().getBool('IS_NODE'),
    tensors: tf.memory().numTensors,
  });
}`;

const [, , kind, folder] = process.argv;
const url = JSON.stringify(pathToFileURL(path.join(folder, 'model.json')).href);
if (kind === 'module') {
  realm.report = console.log;
  const main = new vm.SourceTextModule(`import * as tf from 'tfwasm'; report(await (${TEST})(tf, ${url}));`, {
    context,
    identifier: 'file:///test.mjs',
  });
  await main.link((name, { identifier }) => load(name, identifier));
  await main.evaluate();
} else {
  const script = new vm.Script(`import('tfwasm').then((tf) => (${TEST})(tf, ${url}))`, {
    importModuleDynamically: (name) => evaluated(name, 'file:///test.cjs'),
  });
  console.log(await script.runInContext(context));
}
