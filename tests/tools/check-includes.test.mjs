// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { includeErrors } from '../../tools/check-includes.mjs';

const errorsOf = (sources) => includeErrors(new Map(Object.entries(sources)));

test('a module may include itself and those before it', () => {
  const good = {
    'core/a.h': '',
    'core/b.h': '#include "core/a.h"\n',
    'ops/c.cc': '#include <map>\n#include "core/b.h"\n',
  };
  assert.deepEqual(errorsOf(good), []);
  assert.deepEqual(errorsOf({ ...good, 'core/d.h': '#include "ops/e.h"\n', 'ops/e.h': '' }), [
    'src/core/d.h includes ops/e.h: core comes before ops.',
  ]);
});

test('unknown modules, files that are not there and circles are found', () => {
  assert.deepEqual(errorsOf({ 'mystery/a.h': '' }), [
    'src/mystery/a.h: the module mystery has no place in the order of modules.',
  ]);
  assert.deepEqual(errorsOf({ 'core/a.h': '#include "core/b.h"\n' }), [
    'src/core/a.h includes core/b.h, which is no file of src/.',
  ]);
  const circle = { 'core/a.h': '#include "core/b.h"\n', 'core/b.h': '\n#include "core/a.h"\n', 'core/c.cc': '' };
  assert.deepEqual(errorsOf(circle), ['These files include each other: core/a.h -> core/b.h -> core/a.h.']);
});

test('types of one name in two headers are found', () => {
  const type = 'struct Spec {\n  int x;\n};\n';
  assert.deepEqual(errorsOf({ 'core/a.h': type, 'ops/b.h': type }), ['core/a.h and ops/b.h define Spec.']);
  assert.deepEqual(
    errorsOf({ 'core/a.h': `${type}#else\n${type}`, 'ops/b.h': 'struct Spec;\n  struct Spec {};\n' }),
    [],
  );
});
