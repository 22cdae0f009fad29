// SPDX-License-Identifier: Apache-2.0
// Constants registered for training are only in the link that references them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { referencesTo, trainingSymbols } from '../../tools/build/list-training.mjs';
import { ROOT } from '../../tools/lib/paths.mjs';

const EMXX = path.join(ROOT, '.toolchain/emscripten/em++');

/** A file with an op and its gradient rule, and a program that counts both registries. */
const SOURCES = {
  'op.cc': `
    #include "core/registry.h"
    namespace tfwasm {
    struct Rule { const char* name; int (*run)(int); };
    namespace {
    int Run(int x) { return x * 3; }
    TFWASM_REGISTER(test_ops) constexpr Rule kOp{"op-of-the-test", Run};
    }
    int RunGradient(int x) { return x * 5; }
    TFWASM_REGISTER_FOR_TRAINING(test_rules) constexpr Rule kGradient{"gradient-of-the-test", RunGradient};
    }`,
  'main.cc': `
    #include <cstdio>
    namespace tfwasm {
    struct Rule { const char* name; int (*run)(int); };
    extern const Rule ops[] __asm__("__start_tfwasm_test_ops");
    extern const Rule ops_end[] __asm__("__stop_tfwasm_test_ops");
    [[gnu::weak]] extern const Rule rules[] __asm__("__start_tfwasm_training_test_rules");
    [[gnu::weak]] extern const Rule rules_end[] __asm__("__stop_tfwasm_training_test_rules");
    }
    int main() {
      using namespace tfwasm;
      for (const Rule* op = ops; op != ops_end; ++op) std::printf("%s %d\\n", op->name, op->run(1));
      for (const Rule* rule = rules; rule != rules_end; ++rule) std::printf("%s %d\\n", rule->name, rule->run(1));
    }`,
  'local.cc': `
    #include "core/registry.h"
    namespace { TFWASM_REGISTER_FOR_TRAINING(test_rules) constexpr int kRule = 1; }
    const int* Rule() { return &kRule; }`,
};

const skip = existsSync(EMXX) ? false : 'Emscripten is not set up (npm run setup)';

describe('TFWASM_REGISTER_FOR_TRAINING', { skip }, () => {
  let folder;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tfwasm-links-'));
    for (const [name, source] of Object.entries(SOURCES)) writeFileSync(path.join(folder, name), source);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (program, ...args) => promisify(execFile)(program, args, { cwd: folder });
  const compile = (name) => run(EMXX, '-std=c++20', '-Oz', `-I${ROOT}/src`, '-fdata-sections', '-c', `${name}.cc`);
  const symbolsOf = (name) => trainingSymbols(readFileSync(path.join(folder, `${name}.o`)));

  test('is dropped by the linker, with its code, unless it is referenced', async () => {
    for (const name of ['op', 'main']) await compile(name);
    assert.deepEqual(symbolsOf('main'), []);
    const symbols = symbolsOf('op');
    assert.equal(symbols.length, 1);
    assert.match(symbols[0], /kGradient/);
    writeFileSync(path.join(folder, 'references.cc'), referencesTo(symbols));
    await compile('references');

    await run(EMXX, '-Oz', 'op.o', 'main.o', '-o', 'inference.cjs');
    await run(EMXX, '-Oz', 'op.o', 'main.o', 'references.o', '-o', 'full.cjs');
    assert.equal((await run(process.execPath, 'inference.cjs')).stdout, 'op-of-the-test 3\n');
    assert.equal((await run(process.execPath, 'full.cjs')).stdout, 'op-of-the-test 3\ngradient-of-the-test 5\n');
    const binary = (name) => readFileSync(path.join(folder, `${name}.wasm`), 'latin1');
    assert.ok(binary('full').includes('gradient-of-the-test'));
    assert.ok(!binary('inference').includes('gradient-of-the-test'));
  });

  test('must not be in an unnamed namespace', async () => {
    await compile('local');
    assert.throws(() => symbolsOf('local'), /kRule.* is in an unnamed namespace/);
  });

  test('needs no references if there is nothing', () => {
    assert.doesNotMatch(referencesTo([]), /symbols\[\]/);
  });
});
