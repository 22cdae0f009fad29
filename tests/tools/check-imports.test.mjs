// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';

import { checkImports, findCircles, readImports } from '../../tools/check-imports.mjs';
import { ToolError } from '../../tools/lib/run.mjs';

/** Calls `use` with a temporary folder that contains these files: {path: text}. */
function withFiles(files, use) {
  const root = mkdtempSync(join(tmpdir(), 'tfwasm-imports-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return use(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** The import cycles reported for these files, or undefined if there are none. */
const circlesOf = (files) =>
  withFiles(files, (root) => {
    try {
      checkImports(undefined, ['js'], root);
      return undefined;
    } catch (error) {
      assert.ok(error instanceof ToolError, error.stack);
      return error.output;
    }
  });

describe('circles of imports', () => {
  for (const [what, line] of [
    ['values', "import { a } from './a.js';"],
    ['values on several lines', "import {\n  a,\n  type B,\n} from './a.js';"],
    ['everything', "import * as a from './a.js';"],
    ['a default', "import a, { b } from './a.js';"],
    ['nothing', "import './a.js';"],
    ['types', "import type { A } from './a.js';"],
    ['types of a module', "type A = typeof import('./a.js');"],
    ['what is exported again', "export { a } from './a.js';"],
    ['types that are exported again', "export type { A } from './a.js';"],
    ['all that is exported again', "export * from './a.js';"],
    ['a namespace', "export * as a from './a.js';"],
    ['a module when it is needed', "const load = () => import('./a.js');"],
    ['a module whose types grow', "declare module './a.js' {\n  interface A {}\n}"],
  ]) {
    test(`are found through an import of ${what}`, () => {
      const files = {
        'js/a.ts': "// SPDX\nimport { b } from './b.js';\n",
        'js/b.ts': "import { readFile } from 'node:fs';\nimport { c } from './c.js';\n",
        'js/c.ts': `// SPDX\n\n${line}\n`,
      };
      assert.equal(circlesOf(files), 'js/a.ts -> js/b.ts -> js/c.ts -> js/a.ts');
    });
  }

  test('are not found in comments, in texts and among files that only have one end in common', () => {
    const files = {
      'js/a.ts': "import { b } from './b.js';\nimport { c } from './c.js';\n",
      'js/b.ts': "import { c } from './c.js';\n// import { a } from './a.js';\n * import { a } from './a.js';\n",
      'js/c.ts': "const text = \"import { a } from './a.js';\";\nexport const from = './a.js';\nexport { text };\n",
    };
    assert.equal(circlesOf(files), undefined);
  });

  test('are told once for every knot, by the shortest', () => {
    const imports = (list) => new Map(Object.entries(list).map(([from, to]) => [from, new Set(to)]));
    assert.deepEqual(findCircles(imports({ a: ['b'], b: ['c', 'd'], c: ['a'], d: ['c'] })), [['a', 'b', 'c', 'a']]);
    assert.deepEqual(findCircles(imports({ a: ['b'], b: ['b', 'c'], c: ['d'], d: ['c'] })), [
      ['b', 'b'],
      ['c', 'd', 'c'],
    ]);
    assert.deepEqual(findCircles(imports({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })), []);
  });

  test('are found among folders, with the files that make them', () => {
    const files = {
      'js/one/a.ts': "import { b } from '../two/b.js';\n",
      'js/two/b.ts': '',
      'js/two/inner/c.ts': "import { d } from '../../one/d.js';\n",
      'js/one/d.ts': '',
    };
    assert.equal(
      circlesOf(files),
      'js/one -> js/two -> js/one\n  js/one/a.ts -> js/two/b.ts\n  js/two/inner/c.ts -> js/one/d.ts',
    );
    delete files['js/one/a.ts'];
    assert.equal(circlesOf(files), undefined);
  });

  test('there are none in tfwasm, whose files are all read', () => {
    let read = '';
    checkImports((text) => {
      read = text;
    });
    assert.match(read, /^\d{3,} files$/);
  });

  test('would be seen: declarations and plain JavaScript count too', () => {
    const files = {
      'js/a.ts': "import a from './glue.js';\n",
      'js/glue.d.ts': "import type { B } from './b.js';\n",
      'js/b.js': "import './lib/c.mjs';\n",
      'js/lib/c.mjs': '',
    };
    const found = withFiles(files, (root) => Object.fromEntries(readImports(root, ['js'])));
    assert.deepEqual(found, {
      'js/a.ts': new Set(['js/glue.d.ts']),
      'js/b.js': new Set(['js/lib/c.mjs']),
      'js/glue.d.ts': new Set(['js/b.js']),
      'js/lib/c.mjs': new Set(),
    });
  });
});
