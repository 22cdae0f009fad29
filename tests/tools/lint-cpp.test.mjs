// SPDX-License-Identifier: Apache-2.0
// Which C++ sources clang-tidy checks, and how they are grouped.
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { CleanFiles } from '../../tools/lint/clean-files.mjs';
import { declaredNames, joinFiles } from '../../tools/lint/join-files.mjs';

const SOURCE = `
#define TWICE(x) x x
namespace tfwasm {
namespace {
using Names = std::vector<std::string>;
using namespace std::literals;
constexpr int64_t kMost = 4;
const std::map<std::string, int> kTable = {{"a", 1}};
struct Part : public Whole {
  int member = 0;
};
enum class Kind : uint8_t { kOne };
std::pair<int, std::vector<int>> Split(const std::string& text, int other) {
  int local = 0;
}
template <typename T>
T* Pointer(T value) {
[[noreturn]] void Fail(int code) {
constexpr OpDef kAddOp{.name = "Add"};
const OpRegistration kAdd(kAddOp);
float table[4] = {};
class Last final {
}  // namespace
Whole::Whole(int x) : x_(x) {}
void Whole::Run() {
}  // namespace tfwasm
`;

describe('sources that are compiled as one', () => {
  test('declare names that are read off their text', () => {
    const wanted = 'TWICE Names kMost kTable Part Kind Split Pointer kAddOp kAdd table Last'.split(' ');
    const names = declaredNames(SOURCE);
    assert.deepEqual([...names].filter((name) => name !== 'Fail').sort(), wanted.sort());
  });

  test('have no name in common', () => {
    const texts = new Map(
      Object.entries({ a: 'int f() {', b: 'int g() {', c: 'int f() {', d: 'int h() {', e: 'int i() {' }),
    );
    assert.deepEqual(joinFiles(texts, 3), [
      ['a', 'b', 'd'],
      ['c', 'e'],
    ]);
    assert.deepEqual(joinFiles(new Map(), 3), []);
  });
});

describe('files in which nothing was found', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tfwasm-lint-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = path.relative(ROOT, path.join(folder, 'a.cc'));
  const kept = path.join(folder, 'clean.json');

  test('are known until they or what they depend on change', () => {
    writeFileSync(path.join(folder, 'a.cc'), 'int a;');
    const first = new CleanFiles(kept, 'one');
    assert.equal(first.has(file), false);
    first.add([file]);
    first.save();
    assert.equal(new CleanFiles(kept, 'one').has(file), true);
    assert.equal(new CleanFiles(kept, 'two').has(file), false);
    appendFileSync(path.join(folder, 'a.cc'), 'int b;');
    assert.equal(new CleanFiles(kept, 'one').has(file), false);
  });

  test('are not known when what was kept is broken', () => {
    writeFileSync(kept, '{"a');
    assert.equal(new CleanFiles(kept, 'one').has(file), false);
  });
});
