// SPDX-License-Identifier: Apache-2.0
// Shrinks a linked WebAssembly binary:
//
//   node tools/build/shrink-wasm.mjs WASM_OPT FILE
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { nameFunctions, orderBySimilarity, readFunctions } from './order-functions.mjs';

const FEATURES = [
  'simd',
  'relaxed-simd',
  'bulk-memory',
  'threads',
  'exception-handling',
  'mutable-globals',
  'sign-ext',
  'nontrapping-float-to-int',
].map((feature) => `--enable-${feature}`);

const [wasmOpt, file] = process.argv.slice(2);
const named = `${file}.named`;
const optimize = (...options) => execFileSync(wasmOpt, [...FEATURES, ...options], { stdio: 'inherit' });

// Further rounds save another 2 %. Data stays in one segment: zeros cost nothing in gzip, and with threads every
// segment needs code that copies it. Long functions with a single caller are not inlined: they compress better, and
// browsers can tier up hot functions without cold ones.
const limits = ['--skip-pass=memory-packing', '--one-caller-inline-max-function-size=30'];
optimize('-Oz', '--converge', ...limits, file, '-o', file);

const bytes = readFileSync(file);
const { imported, bodies } = readFunctions(bytes);
writeFileSync(named, nameFunctions(bytes, imported, orderBySimilarity(bodies)));
optimize('-g', '--reorder-functions-by-name', named, '-o', named);
const writeSmall = ['--shrink-level=2', '--generate-stack-ir', '--optimize-stack-ir'];
optimize(...writeSmall, '--strip-debug', named, '-o', file);
rmSync(named);
